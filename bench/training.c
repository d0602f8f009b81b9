// What an epoch of training costs in C: a perceptron with two hidden layers of 16 relu units and a sigmoid, on rows of
// ones, with binary cross-entropy and RMSprop. One thread. Reads the rows, the first weights and the order from a file:
//   uint32 rows, nonzeros, dimension, batch, epochs; uint32 offsets[rows + 1]; uint16 indices[nonzeros]; float32 labels[rows];
//   float32 weights (each kernel, then its bias); uint32 order[epochs][rows]
// Prints the milliseconds of each epoch, then writes the last weights to the second file.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UNITS 16
#define RATE 0.001f
#define RHO 0.9f
#define EPSILON 1e-7f

static void *take(FILE *file, size_t size, size_t count) {
  void *array = aligned_alloc(64, (size * count + 127) / 64 * 64);
  if (!array || fread(array, size, count, file) != count) exit(1);
  return array;
}

static float *zeros(size_t count) {
  float *array = aligned_alloc(64, (4 * count + 127) / 64 * 64);
  memset(array, 0, 4 * count);
  return array;
}

static void update(float *restrict weights, float *restrict gradient, float *restrict squares, size_t count) {
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i];
    squares[i] = RHO * squares[i] + (1 - RHO) * g * g;
    weights[i] -= RATE * g / sqrtf(squares[i] + EPSILON);
    gradient[i] = 0;
  }
}

int main(int argc, char **argv) {
  FILE *file = fopen(argv[1], "rb");
  if (argc < 3 || !file) return 1;
  uint32_t *head = take(file, 4, 5);
  size_t rows = head[0], nonzeros = head[1], dimension = head[2], batch = head[3], epochs = head[4];
  uint32_t *offsets = take(file, 4, rows + 1);
  uint16_t *indices = take(file, 2, nonzeros);
  float *labels = take(file, 4, rows);
  size_t first = dimension * UNITS, second = first + UNITS, third = second + UNITS * UNITS, last = third + UNITS;
  size_t total = last + UNITS + 1;
  float *w = take(file, 4, total), *g = zeros(total), *v = zeros(total);
  float *a1 = zeros(batch * UNITS), *a2 = zeros(batch * UNITS), *s1 = zeros(batch * UNITS), *s2 = zeros(batch * UNITS);
  uint32_t *order = take(file, 4, epochs * rows);

  for (size_t epoch = 0; epoch < epochs; epoch++) {
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (size_t start = 0; start < rows; start += batch) {
      size_t count = rows - start < batch ? rows - start : batch;
      const uint32_t *numbers = order + epoch * rows + start;
      for (size_t i = 0; i < count; i++) {
        float sum[UNITS];
        memcpy(sum, w + first, sizeof sum);
        for (uint32_t k = offsets[numbers[i]]; k < offsets[numbers[i] + 1]; k++) {
          const float *row = w + (size_t)indices[k] * UNITS;
          for (int u = 0; u < UNITS; u++) sum[u] += row[u];
        }
        float *below = a1 + i * UNITS, *output = a2 + i * UNITS;
        for (int u = 0; u < UNITS; u++) below[u] = sum[u] > 0 ? sum[u] : 0;
        memcpy(sum, w + third, sizeof sum);
        for (int j = 0; j < UNITS; j++)
          for (int u = 0; u < UNITS; u++) sum[u] += below[j] * w[second + j * UNITS + u];
        float logit = w[total - 1];
        for (int u = 0; u < UNITS; u++) {
          output[u] = sum[u] > 0 ? sum[u] : 0;
          logit += output[u] * w[last + u];
        }
        float slope = (1 / (1 + expf(-logit)) - labels[numbers[i]]) / count;
        g[total - 1] += slope;
        for (int u = 0; u < UNITS; u++) {
          g[last + u] += slope * output[u];
          s2[i * UNITS + u] = output[u] > 0 ? slope * w[last + u] : 0;
        }
      }
      for (size_t i = 0; i < count; i++) {
        const float *below = a1 + i * UNITS, *slopes = s2 + i * UNITS;
        for (int u = 0; u < UNITS; u++) g[third + u] += slopes[u];
        for (int j = 0; j < UNITS; j++) {
          float sum = 0;
          for (int u = 0; u < UNITS; u++) {
            g[second + j * UNITS + u] += below[j] * slopes[u];
            sum += slopes[u] * w[second + j * UNITS + u];
          }
          s1[i * UNITS + j] = below[j] > 0 ? sum : 0;
        }
      }
      for (size_t i = 0; i < count; i++) {
        const float *slopes = s1 + i * UNITS;
        for (int u = 0; u < UNITS; u++) g[first + u] += slopes[u];
        for (uint32_t k = offsets[numbers[i]]; k < offsets[numbers[i] + 1]; k++) {
          float *row = g + (size_t)indices[k] * UNITS;
          for (int u = 0; u < UNITS; u++) row[u] += slopes[u];
        }
      }
      update(w, g, v, total);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.3f\n", (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6);
  }
  FILE *out = fopen(argv[2], "wb");
  return !out || fwrite(w, 4, total, out) != total || fclose(out) != 0;
}

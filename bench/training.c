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

// The units of a hidden layer, or a row of its kernel. With loops over arrays of 16 GCC takes more than twice as long.
typedef float Units __attribute__((vector_size(4 * UNITS), may_alias));
typedef int32_t Truths __attribute__((vector_size(4 * UNITS)));

static void *allocate(size_t size, size_t count) {
  size_t bytes = (size * count + 63) / 64 * 64;
  void *array = aligned_alloc(64, bytes);
  if (!array) exit(1);
  return memset(array, 0, bytes);
}

static void *take(FILE *file, size_t size, size_t count) {
  void *array = allocate(size, count);
  if (fread(array, size, count, file) != count) exit(1);
  return array;
}

static Units where(Truths condition, Units numbers) { return (Units)(condition & (Truths)numbers); }

static float total(Units numbers) {
  float sum = 0;
  for (int u = 0; u < UNITS; u++) sum += numbers[u];
  return sum;
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
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 1;
  uint32_t *head = take(file, 4, 5);
  size_t rows = head[0], nonzeros = head[1], dimension = head[2], batch = head[3], epochs = head[4];
  uint32_t *offsets = take(file, 4, rows + 1);
  uint16_t *indices = take(file, 2, nonzeros);
  float *labels = take(file, 4, rows);

  // All parameters in one array: kernel and bias of the first layer, of the second, and of the last one.
  size_t count = (dimension + 1 + UNITS + 1 + 1) * UNITS + 1;
  float *weights = take(file, 4, count), *gradient = allocate(4, count), *squares = allocate(4, count);
  Units *w1 = (Units *)weights, *b1 = w1 + dimension, *w2 = b1 + 1, *b2 = w2 + UNITS, *w3 = b2 + 1;
  Units *g1 = (Units *)gradient, *gb1 = g1 + dimension, *g2 = gb1 + 1, *gb2 = g2 + UNITS, *g3 = gb2 + 1;
  float *b3 = weights + count - 1, *gb3 = gradient + count - 1;
  uint32_t *order = take(file, 4, epochs * rows);
  Units *hidden1 = allocate(sizeof(Units), batch), *slopes1 = allocate(sizeof(Units), batch);
  Units *slopes2 = allocate(sizeof(Units), batch);

  for (size_t epoch = 0; epoch < epochs; epoch++) {
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (size_t start = 0; start < rows; start += batch) {
      size_t size = rows - start < batch ? rows - start : batch;
      const uint32_t *numbers = order + epoch * rows + start;
      for (size_t i = 0; i < size; i++) {
        Units sum = *b1;
        for (uint32_t k = offsets[numbers[i]]; k < offsets[numbers[i] + 1]; k++) sum += w1[indices[k]];
        hidden1[i] = where(sum > 0, sum);
        sum = *b2;
        for (int j = 0; j < UNITS; j++) sum += hidden1[i][j] * w2[j];
        Units hidden2 = where(sum > 0, sum);
        float logit = *b3 + total(hidden2 * *w3);
        float slope = (1 / (1 + expf(-logit)) - labels[numbers[i]]) / size;
        *gb3 += slope;
        *g3 += slope * hidden2;
        slopes2[i] = where(hidden2 > 0, slope * *w3);
      }
      for (size_t i = 0; i < size; i++) {
        *gb2 += slopes2[i];
        for (int j = 0; j < UNITS; j++) {
          g2[j] += hidden1[i][j] * slopes2[i];
          slopes1[i][j] = hidden1[i][j] > 0 ? total(slopes2[i] * w2[j]) : 0;
        }
      }
      for (size_t i = 0; i < size; i++) {
        Units slopes = slopes1[i];
        *gb1 += slopes;
        for (uint32_t k = offsets[numbers[i]]; k < offsets[numbers[i] + 1]; k++) g1[indices[k]] += slopes;
      }
      update(weights, gradient, squares, count);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.3f\n", (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6);
  }
  FILE *out = fopen(argv[2], "wb");
  return !out || fwrite(weights, 4, count, out) != count || fclose(out) != 0;
}

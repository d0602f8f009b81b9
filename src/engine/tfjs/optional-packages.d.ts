// An optional package: npm removes it where its install script fails, and the project must compile without it too.
declare module '@tensorflow/tfjs-node';

// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import dev.fathom.data.Side;
import dev.fathom.files.Storage;
import dev.fathom.random.RandomStream;
import dev.fathom.testing.EncoderCase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Prints how many rows a second an encoder goes through forward and backward on one thread. Not
 * among the tests that a build runs: {@code -Dtest=EncoderSpeed} names it.
 */
class EncoderSpeed {
  private static final int ROWS = 256;
  private static final int DIMENSION = 16;
  private static final int WORDS = 2000;
  private static final int TOKENS = 16;
  private static final long NANOSECONDS = 4_000_000_000L;

  @TempDir private java.nio.file.Path directory;

  private final Storage storage = new Storage(new Configuration());
  private final RandomGenerator random = RandomStream.of(1, "speed");

  @ParameterizedTest
  @CsvSource({
    "dense, false",
    "convolution, false",
    "residual, false",
    "convolution, true",
    "token-bag, false",
    "transformer, false",
    "token-bag, true"
  })
  void rowsASecond(String kind, boolean asGraph) {
    boolean reads = kind.startsWith("t");
    Side side = reads ? EncoderCase.text(WORDS, TOKENS) : EncoderCase.image(32, 32);
    Encoder encoder = encoder(EncoderKind.of(kind), side);
    if (asGraph) {
      encoder = encoder(EncoderKind.of(graph(encoder)), side);
    }
    Column column = reads ? captions(side) : pictures(side);
    int[] rows = IntStream.range(0, ROWS).toArray();
    float[] parameters = new float[encoder.parameterCount()];
    encoder.initialise(parameters, 0, random);
    float[] gradients = new float[parameters.length];
    float[] output = new float[ROWS * DIMENSION];
    EncoderKernel kernel = encoder.kernel(ROWS);

    double best = 0;
    for (long end = System.nanoTime() + NANOSECONDS; System.nanoTime() < end; ) {
      long start = System.nanoTime();
      kernel.forward(column, rows, ROWS, parameters, 0, output);
      kernel.backward(output, parameters, 0, gradients);
      best = Math.max(best, ROWS * 1e9 / (System.nanoTime() - start));
    }

    System.out.printf("%s%s: %,.0f rows a second%n", asGraph ? "graph: of " : "", kind, best);
  }

  private Encoder encoder(EncoderKind kind, Side side) {
    return new EncoderSpec(kind, List.of(), DIMENSION).resolvedFor(side).build(side, storage);
  }

  private String graph(Encoder encoder) {
    Path path = new Path(directory.toString(), "twin.json");
    String json = EncoderGraphs.together(Map.of("x", encoder)).getConfiguration().toJson();
    storage.write(path, json.getBytes(StandardCharsets.UTF_8));
    return "graph:" + path;
  }

  private Column captions(Side side) {
    ColumnBuilder builder = new ColumnBuilder(side);
    for (int i = 0; i < ROWS; i++) {
      int length = random.nextInt(TOKENS / 2, TOKENS + 1);
      builder.add(random.ints(length, 0, WORDS).toArray());
    }
    return builder.build();
  }

  private Column pictures(Side side) {
    ColumnBuilder builder = new ColumnBuilder(side);
    for (int i = 0; i < ROWS; i++) {
      byte[] pixels = new byte[side.size()];
      random.nextBytes(pixels);
      builder.add(pixels);
    }
    return builder.build();
  }
}

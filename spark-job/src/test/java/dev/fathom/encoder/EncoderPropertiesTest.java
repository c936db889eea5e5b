// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.random.RandomStream;
import dev.fathom.testing.DoubleTwin;
import dev.fathom.testing.EncoderCase;
import dev.fathom.testing.EncoderCases;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Every built-in kernel against its DL4J twin, whatever its shape and whatever it did before. */
class EncoderPropertiesTest {

  /** A kernel that has done a batch before, and what it makes of some rows. */
  private static final class Run {
    private final Column column;
    private final int[] chosen;
    private final float[] parameters;
    private final float[] outputGradient;
    private final float[] output;
    private final float[] gradients;

    Run(EncoderCase given, long seed) {
      RandomGenerator random = RandomStream.of(seed, "encoder");
      Encoder encoder = given.encoder();
      int offset = random.nextInt(4);
      column = given.column(random);
      chosen = IntStream.range(0, given.rows()).map(i -> random.nextInt(given.rows())).toArray();
      parameters = EncoderCase.parameters(encoder, random);
      float[] placed = new float[offset + parameters.length + 2];
      Arrays.fill(placed, Float.NaN);
      System.arraycopy(parameters, 0, placed, offset, parameters.length);
      outputGradient = EncoderCase.gaussian(given.rows() * given.dimension(), random);

      int capacity = given.rows() + random.nextInt(3);
      EncoderKernel kernel = encoder.kernel(capacity);
      int[] before = IntStream.range(0, capacity).map(i -> i % given.rows()).toArray();
      float[] written = new float[placed.length];
      float[] outputs = new float[capacity * given.dimension()];
      kernel.forward(column, before, capacity, placed, offset, outputs);
      kernel.backward(EncoderCase.gaussian(outputs.length, random), placed, offset, written);
      Arrays.fill(written, Float.NaN);
      Arrays.fill(outputs, Float.NaN);

      kernel.forward(column, chosen, chosen.length, placed, offset, outputs);
      kernel.backward(outputGradient.clone(), placed, offset, written);
      output = Arrays.copyOf(outputs, chosen.length * given.dimension());
      gradients = Arrays.copyOfRange(written, offset, offset + parameters.length);
    }
  }

  @Property(tries = 100, seed = "31")
  void theKernelGivesWhatItsTwinGives(
      @ForAll("cases") EncoderCase given, @ForAll("seeds") long seed) {
    Run run = new Run(given, seed);

    float[] expected =
        given.twinOutput(EncoderCase.twin(given.encoder(), run.parameters), run.column, run.chosen);

    assertClose(run.output, expected, 1e-5);
  }

  @Property(tries = 100, seed = "32")
  void theKernelsGradientsAreItsTwins(
      @ForAll("cases") EncoderCase given, @ForAll("seeds") long seed) {
    // DL4J 1.0.0-M2.1 gives twice the gradient of a layer that it computes by SameDiff.
    Assume.that(!given.kind().equals(BuiltInEncoder.TRANSFORMER));
    Run run = new Run(given, seed);

    float[] expected =
        given.twinGradients(
            EncoderCase.twin(given.encoder(), run.parameters),
            run.column,
            run.outputGradient,
            run.chosen);

    assertClose(run.gradients, expected, 2e-5);
  }

  @Property(tries = 80, seed = "33")
  void theKernelsGradientsAreFiniteDifferencesInAnyDirection(
      @ForAll("cases") EncoderCase given, @ForAll("seeds") long seed) {
    Run run = new Run(given, seed);
    double[] direction =
        RandomStream.of(seed, "direction").doubles(run.parameters.length, -1, 1).toArray();
    DoubleTwin twin = new DoubleTwin(given, run.column, run.chosen);

    double actual = 0;
    double length = 0;
    for (int i = 0; i < direction.length; i++) {
      actual += run.gradients[i] * direction[i];
      length += Math.abs(run.gradients[i] * direction[i]);
    }

    double step = 1e-7;
    double[] up = twin.output(moved(run.parameters, direction, step));
    double[] down = twin.output(moved(run.parameters, direction, -step));
    double expected = 0;
    for (int i = 0; i < up.length; i++) {
      expected += run.outputGradient[i] * (up[i] - down[i]) / (2 * step);
    }
    assertThat(actual).isCloseTo(expected, within(1e-5 * length));
  }

  @Example
  void noBuiltInKindIsLeftOut() {
    assertThat(EncoderCases.kinds())
        .isEqualTo(EnumSet.complementOf(EnumSet.of(BuiltInEncoder.AUTO)));
  }

  @Provide
  Arbitrary<EncoderCase> cases() {
    return EncoderCases.any();
  }

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs().withoutEdgeCases();
  }

  private static double[] moved(float[] parameters, double[] direction, double step) {
    return IntStream.range(0, parameters.length)
        .mapToDouble(i -> parameters[i] + step * direction[i])
        .toArray();
  }

  private static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i])
          .as("number %d", i)
          .isCloseTo(expected[i], within(tolerance * largest));
    }
  }
}

// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fathom.contrastive.Cosine;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.files.Storage;
import dev.fathom.model.Towers;
import dev.fathom.settings.Settings;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerSpecTest {
  private static final Side SIDE =
      new Side(Modality.VECTOR, List.of(3), List.of(), List.of(), List.of());

  @ParameterizedTest
  @CsvSource({
    "parameter-averaging, adam, 4, 2",
    "parameter-averaging, adamw, 4, 2",
    "parameter-averaging, adam, 1, 1",
    "parameter-averaging, sgd, 4, 1",
    "global-batch, adam, 4, 1"
  })
  void averagingWorkersStepByTheRootOfTheirNumber(
      String mode, String optimizer, int parts, double times) {
    TrainerSpec spec = spec(mode, optimizer, parts);

    for (long step : new long[] {0, 5, 100}) {
      double alone = spec.settings().learningRate().highest() * spec.learningRateShare(step);
      assertThat(spec.learningRate(step)).isCloseTo(times * alone, within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({"parameter-averaging, 4", "parameter-averaging, 1", "global-batch, 4"})
  void decayApartFromTheGradientIsTheSameForAnyNumberOfWorkers(String mode, int parts) {
    TrainerSpec spec = spec(mode, "adamw", parts);
    Weights weights = new Weights(new float[] {1}, Weights.Moments.zero(1));

    Optimizer.step(spec, weights, new float[1], 100, 0, 1);

    double rate = spec.settings().learningRate().highest() * spec.learningRateShare(100);
    assertThat((double) weights.parameters()[0]).isCloseTo(1 - rate * 0.5, within(1e-6));
  }

  private static TrainerSpec spec(String mode, String optimizer, int parts) {
    Settings settings =
        Settings.of(
            "",
            List.of(),
            List.of(
                "training.mode=" + mode,
                "training.optimizer=" + optimizer,
                "training.learningRate=0.1",
                "training.weightDecay=0.5"));
    TrainingSettings training = TrainingSettings.of(settings);
    Storage storage = new Storage(new Configuration());
    Towers towers =
        new Towers(
            new EncoderSpec(BuiltInEncoder.DENSE, List.of(2), 2).build(SIDE, storage),
            new EncoderSpec(BuiltInEncoder.DENSE, List.of(2), 2).build(SIDE, storage),
            new Cosine());
    return new TrainerSpec(
        towers, training, TemperatureSettings.of(settings), BatchPlan.of(parts, 1000, 0, training));
  }
}

// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.collective.Collective;
import dev.fathom.contrastive.Cosine;
import dev.fathom.data.Modality;
import dev.fathom.data.Side;
import dev.fathom.encoder.BuiltInEncoder;
import dev.fathom.encoder.Column;
import dev.fathom.encoder.ColumnBuilder;
import dev.fathom.encoder.EncoderSpec;
import dev.fathom.files.Storage;
import dev.fathom.model.Towers;
import dev.fathom.random.RandomStream;
import dev.fathom.settings.Settings;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.settings.TemperatureSettings;
import dev.fathom.train.settings.TrainingSettings;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.hadoop.conf.Configuration;

/** A worker that trains on random pairs, for the benchmarks: all that they know of this package. */
final class TrainingStep {
  /** Steps of a round: at its start the worker copies the weights. */
  private static final int STEPS = 5;

  private static final int BATCHES = 4;
  private static final Storage STORAGE = new Storage(new Configuration());
  private static final Temperature.State TEMPERATURE =
      new Temperature.State(Temperature.Scalar.of(Math.log(0.5)), Temperature.Scalar.of(0), 0);

  private final int batch;
  private final Trainer trainer;
  private final List<PairPartition> partitions;
  private final Collective collective;
  private Weights weights;
  private long step;

  private TrainingStep(Side x, EncoderSpec encoderX, Side y, EncoderSpec encoderY, int batch) {
    this.batch = batch;
    PairPartition pairs = new PairPartition(column(x, BATCHES * batch), column(y, BATCHES * batch));
    Towers towers =
        new Towers(encoderX.build(x, STORAGE), encoderY.build(y, STORAGE), new Cosine());
    Settings keys =
        Settings.of(
            "", List.of(), List.of("training.batchSize=" + batch, "temperature.mode=fixed"));
    TrainingSettings settings = TrainingSettings.of(keys);
    partitions = pairs.parts(settings.partitions(pairs.size()));
    collective = Collective.alone(partitions.size());
    trainer =
        new Trainer(
            new TrainerSpec(
                towers,
                settings,
                TemperatureSettings.of(keys),
                BatchPlan.of(partitions.size(), partitions.get(0).size(), 0, settings)));
    weights =
        new Weights(
            towers.initialParameters(1), Optimizer.moments(settings, towers.parameterCount()));
  }

  /** Two encoders 20-50-50-50-50-30. */
  static TrainingStep dense(int batch) {
    Side side = new Side(Modality.VECTOR, List.of(20), List.of(), List.of(), List.of());
    EncoderSpec encoder = new EncoderSpec(BuiltInEncoder.DENSE, List.of(50, 50, 50, 50), 30);
    return new TrainingStep(side, encoder, side, encoder, batch);
  }

  /**
   * Square pictures through convolutions 32-64-128, captions of 16 words out of 2000 through a bag
   * of tokens 64-64, both to 64.
   */
  static TrainingStep convolution(int size, int batch) {
    return pictures(
        size,
        new EncoderSpec(BuiltInEncoder.CONVOLUTION, List.of(32, 64, 128), 64),
        new EncoderSpec(BuiltInEncoder.TOKEN_BAG, List.of(64), 64),
        batch);
  }

  /**
   * Square pictures through residual blocks 16-32-64, captions of 16 words out of 2000 through a
   * transformer of 2 layers, both to 64.
   */
  static TrainingStep residual(int size, int batch) {
    return pictures(
        size,
        new EncoderSpec(BuiltInEncoder.RESIDUAL, List.of(16, 32, 64), 64),
        new EncoderSpec(BuiltInEncoder.TRANSFORMER, List.of(64, 4, 128, 2), 64),
        batch);
  }

  private static TrainingStep pictures(
      int size, EncoderSpec encoderX, EncoderSpec encoderY, int batch) {
    return new TrainingStep(
        new Side(
            Modality.IMAGE,
            List.of(size, size, 3),
            List.of(0.5, 0.5, 0.5),
            List.of(0.3, 0.3, 0.3),
            List.of()),
        encoderX,
        new Side(
            Modality.TEXT, List.of(16), List.of(), List.of(), Collections.nCopies(2000, "word")),
        encoderY,
        batch);
  }

  /**
   * Does a round: forward, loss, backward and Adam, {@value #STEPS} times.
   *
   * @return pairs trained on
   */
  int round() {
    weights =
        trainer
            .run(partitions, new RoundState(step, STEPS, TEMPERATURE), weights, collective)
            .weights();
    step += STEPS;
    return STEPS * batch;
  }

  private static Column column(Side side, int rows) {
    RandomGenerator random = RandomStream.of(1, "benchmark " + side.modality());
    ColumnBuilder builder = new ColumnBuilder(side);
    for (int row = 0; row < rows; row++) {
      switch (side.modality()) {
        case VECTOR -> {
          float[] vector = new float[side.size()];
          for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
          }
          builder.add(vector);
        }
        case IMAGE -> {
          byte[] image = new byte[side.size()];
          random.nextBytes(image);
          builder.add(image);
        }
        case TEXT -> builder.add(random.ints(side.size(), 0, side.vocabulary().size()).toArray());
      }
    }
    return builder.build();
  }
}

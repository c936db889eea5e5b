// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.contrastive.BatchRows;
import dev.fathom.contrastive.BatchRows.Exchange;
import dev.fathom.contrastive.Logits;
import dev.fathom.evaluate.Items;
import dev.fathom.model.Towers;
import dev.fathom.train.pairs.PairPartition;
import dev.fathom.train.step.Embeddings.Norms;
import java.util.Arrays;
import java.util.List;

/**
 * Computes the loss and retrieval of pairs in batches. It makes no random draw and changes no
 * state.
 */
final class Validation {
  private final TrainerSpec spec;
  private final Towers towers;
  private final BatchRows objective;

  Validation(TrainerSpec spec) {
    this.spec = spec;
    towers = spec.towers();
    int most = spec.settings().validationBatch();
    objective = spec.settings().objective().rows(most, most, towers.dimension());
  }

  /** Computes the sums of one partition. */
  ValidationLoss.Sums loss(
      PairPartition pairs, float[] parameters, Temperature.State scalars, MicroBatch microBatch) {
    int batch = Math.min(spec.settings().validationBatch(), pairs.size());
    int batches = pairs.size() / batch;
    Embeddings embeddings =
        new Embeddings(
            new float[batch * towers.dimension()],
            new float[batch * towers.dimension()],
            new float[2]);
    int[] rows = new int[batch + spec.plan().sample()];
    double loss = 0;
    long firsts = 0;
    for (int b = 0; b < batches; b++) {
      for (int i = 0; i < rows.length; i++) {
        rows[i] = pairs.from() + (b * batch + i) % pairs.size();
      }
      Norms norms = embed(pairs, rows, batch, parameters, embeddings, microBatch);
      objective.begin(embeddings.x(), embeddings.y(), 0, batch, batch);
      Items items = pairs.items(Arrays.copyOf(rows, batch));
      firsts += objective.firsts(items::match);
      Logits logits = norms.logits(scalars);
      loss += objective.loss(logits, exchanged(batch, logits));
    }
    return new ValidationLoss.Sums(loss, batches, firsts, (long) batches * batch);
  }

  /** Computes the objective's exchanges when one instance has all rows. */
  private float[][] exchanged(int batch, Logits logits) {
    List<Exchange> exchanges = objective.exchanges(batch);
    float[][] merged = new float[exchanges.size()][];
    for (int e = 0; e < merged.length; e++) {
      merged[e] = new float[exchanges.get(e).numbers()];
      Arrays.fill(merged[e], Float.NEGATIVE_INFINITY);
      objective.tell(e, logits, merged, merged[e]);
    }
    return merged;
  }

  /** Embeds the first rows, and computes the norms from the rows that follow. */
  private Norms embed(
      PairPartition pairs,
      int[] rows,
      int batch,
      float[] parameters,
      Embeddings target,
      MicroBatch microBatch) {
    float[] lengths = target.lengths();
    double lengthsX = 0;
    double lengthsY = 0;
    for (int first = 0; first < rows.length; ) {
      boolean paired = first < batch;
      int count = Math.min(microBatch.capacity(), (paired ? batch : rows.length) - first);
      Arrays.fill(lengths, 0);
      microBatch.choose(rows, first, paired ? count : 0, paired ? 0 : count);
      microBatch.embed(pairs, 0, parameters, target, paired ? first : 0);
      lengthsX += lengths[0];
      lengthsY += lengths[1];
      first += count;
    }
    int sample = spec.plan().sample();
    return new Norms(
        towers.similarity().norm(lengthsX, sample), towers.similarity().norm(lengthsY, sample));
  }
}

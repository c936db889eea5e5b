// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.step;

import dev.fathom.collective.Collective;
import dev.fathom.collective.Reduction;
import dev.fathom.collective.Runs;
import dev.fathom.contrastive.BatchRows;
import dev.fathom.contrastive.BatchRows.Exchange;
import dev.fathom.contrastive.Curve;
import dev.fathom.contrastive.Logits;
import dev.fathom.train.step.MicroBatches.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** The loss of a batch and its gradients. Each member computes the rows of its partitions. */
final class BatchLoss {
  /** For batches of up to this many pairs, each process computes the whole loss by itself. */
  private static final int ALONE = 256;

  /** Number of scalars that follow ∂L/∂y in the exchanged array: L, ∂L/∂log τ and ∂L/∂b. */
  private static final int SCALARS = 3;

  /** Index of ∂L/∂log τ among the scalars. */
  private static final int TEMPERATURE = 1;

  /** Index of ∂L/∂b among the scalars. */
  private static final int BIAS = 2;

  private final BatchPlan plan;
  private final int dimension;
  private final Supplier<BatchRows> maker;
  private final List<BatchRows> objectives = new ArrayList<>();
  private final List<Exchange> exchanges;
  private final List<Runs> exchanged = new ArrayList<>();
  private final Runs partnerGradients;

  /**
   * L and its gradients.
   *
   * @param gradientY ∂L/∂y, batch × dimension, followed by some scalars; not to be written to
   * @param temperatureGradient ∂L/∂log τ
   * @param biasGradient ∂L/∂b
   */
  record Gradients(float loss, float[] gradientY, float temperatureGradient, float biasGradient) {}

  BatchLoss(TrainerSpec spec) {
    plan = spec.plan();
    dimension = spec.towers().dimension();
    maker = spec.settings().objective().rows(plan.mostRows(), plan.batch(), spec.towers().widths());
    exchanges = objective(0).exchanges(plan.batch());
    for (Exchange exchange : exchanges) {
      exchanged.add(
          new Runs(exchange.maxima() ? Reduction.MAXIMUM : Reduction.SUM, exchange.numbers()));
    }
    partnerGradients = new Runs(Reduction.SUM, plan.batch() * dimension + SCALARS);
  }

  /** The members that compute the loss together. */
  Collective members(Collective collective) {
    return plan.batch() <= ALONE ? collective.ofProcess() : collective;
  }

  /**
   * Computes the loss of a batch and its gradients.
   *
   * @param gradientX receives ∂L/∂x of the member's own rows, batch × dimension
   * @param members the result of {@link #members}
   */
  Gradients gradients(
      Embeddings batch, Step step, Logits logits, float[] gradientX, Collective members) {
    int from = members.from();
    int to = members.to();
    for (int p = from; p < to; p++) {
      objective(p - from).begin(batch.x(), batch.y(), step.starts()[p], step.rows(p), plan.batch());
    }
    float[][] merged = merged(logits, members);
    partnerGradients.clear();
    int size = plan.batch() * dimension;
    for (int p = from; p < to; p++) {
      BatchRows rows = objective(p - from);
      float[] part = partnerGradients.next();
      part[size] = (float) rows.loss(logits, merged);
      part[size + TEMPERATURE] =
          (float) rows.gradients(batch.x(), batch.y(), logits, merged, gradientX, part);
      part[size + BIAS] = (float) rows.biasGradient();
      partnerGradients.add(p, part);
    }
    float[] sum = members.reduce(partnerGradients);
    return new Gradients(sum[size], sum, sum[size + TEMPERATURE], sum[size + BIAS]);
  }

  /** Merges what the objective's instances exchange. */
  private float[][] merged(Logits logits, Collective members) {
    float[][] merged = new float[exchanges.size()][];
    int from = members.from();
    int to = members.to();
    for (int e = 0; e < merged.length; e++) {
      Runs runs = exchanged.get(e);
      runs.clear();
      if (exchanges.get(e).maxima()) {
        float[] maxima = runs.next();
        Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
        for (int p = from; p < to; p++) {
          objective(p - from).tell(e, logits, merged, maxima);
        }
        runs.add(from, to, maxima);
      } else {
        for (int p = from; p < to; p++) {
          float[] sums = runs.next();
          objective(p - from).tell(e, logits, merged, sums);
          runs.add(p, sums);
        }
      }
      merged[e] = members.reduce(runs);
    }
    return merged;
  }

  /** L and its derivatives with respect to 1/τ over some batches. */
  Curve curve(Trainer.LatestBatches latest, double inverse, Collective collective) {
    Collective members = members(collective);
    Runs curves = new Runs(Reduction.SUM, 3);
    for (int p = members.from(); p < members.to(); p++) {
      BatchRows rows = objective(p - members.from());
      List<Curve> parts = new ArrayList<>();
      for (int b = 0; b < latest.batches().size(); b++) {
        Step step = latest.steps().get(b);
        Embeddings batch = latest.batches().get(b);
        double factor = 1 / latest.norms().get(b).product();
        parts.add(
            rows.curve(
                    batch.x(),
                    batch.y(),
                    step.starts()[p],
                    step.rows(p),
                    plan.batch(),
                    inverse * factor)
                .ofMultiple(factor));
      }
      Curve mean = Curve.mean(parts);
      float[] numbers = curves.next();
      numbers[0] = (float) mean.loss();
      numbers[1] = (float) mean.slope();
      numbers[2] = (float) mean.curvature();
      curves.add(p, numbers);
    }
    float[] sum = members.reduce(curves);
    return new Curve(sum[0], sum[1], sum[2]);
  }

  private BatchRows objective(int k) {
    while (objectives.size() <= k) {
      objectives.add(maker.get());
    }
    return objectives.get(k);
  }
}

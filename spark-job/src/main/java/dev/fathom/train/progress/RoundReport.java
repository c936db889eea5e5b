// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train.progress;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A line of {@code metrics.jsonl}.
 *
 * @param round number of the round, from 1
 * @param epoch epochs done, with a fraction
 * @param step number of local steps done
 * @param pairs number of pairs seen by all workers so far
 * @param loss mean L over the round's steps and workers, in nats
 * @param valLoss L on the validation split, in nats; empty unless it was computed after this round
 * @param valRecall share of the validation split's x that are nearest to their own y within their
 *     batch; empty unless it was computed after this round
 * @param temperature τ after the round
 * @param bias b after the round, 0 where the objective has none
 * @param temperatureBound {@code floor} or {@code trust-region} if that bounds the exact
 *     temperature
 * @param learningRate learning rate at the round's last step
 * @param pairsPerSecond pairs per second of this round, of all workers together
 * @param arithmeticShare share of the round's wall time that the slowest worker spent on arithmetic
 */
public record RoundReport(
    int round,
    double epoch,
    long step,
    long pairs,
    double loss,
    OptionalDouble valLoss,
    OptionalDouble valRecall,
    double temperature,
    double bias,
    Optional<String> temperatureBound,
    double learningRate,
    double pairsPerSecond,
    double arithmeticShare) {}

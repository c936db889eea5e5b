// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import java.util.OptionalDouble;

/**
 * The outcome of a training.
 *
 * @param model the model directory
 * @param initialTemperature τ at the start
 * @param finalTemperature τ at the end
 * @param trainLoss mean L of the rounds that ended in the last epoch, in nats
 * @param validationLoss L on the validation split at the end; empty without validation pairs
 * @param pairsPerSecond of all workers together, rounds and averaging included
 * @param workers number of workers at the end
 * @param steps number of optimiser steps done
 * @param rounds number of rounds done
 * @param seconds time of the whole stage
 */
public record TrainResult(
    String model,
    double initialTemperature,
    double finalTemperature,
    double trainLoss,
    OptionalDouble validationLoss,
    double pairsPerSecond,
    int workers,
    long steps,
    int rounds,
    double seconds) {}

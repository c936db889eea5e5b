// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.train;

import dev.fathom.common.FathomException;
import dev.fathom.contrastive.InfoNce.Curve;
import dev.fathom.model.Towers;
import dev.fathom.train.Weights.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Parameter averaging in rounds. A round broadcasts the weights, lets every worker take the same
 * number of local steps on its own pairs, and averages what comes back. The temperature is one for
 * the whole job ({@link TemperatureSettings} says how it moves).
 *
 * <p>What a worker does is a pure function of the broadcast weights, its pairs and its number, and
 * the driver adds up in the order of the workers; so the same seed and number of workers give the
 * same bits, on whatever executors.
 */
final class RoundEngine {
  /** A loss this many times the first round's, or chance's if that is more, is an explosion. */
  private static final double EXPLOSION = 10;

  private final Towers towers;
  private final TrainingSettings settings;
  private final TemperatureSettings temperatureSettings;
  private final RoundListener listener;
  private final String name = UUID.randomUUID().toString();

  /** Hears of every round. */
  interface RoundListener {
    /** Called after each round with the state that the next one starts from. */
    void afterRound(RoundReport report, TrainingState state);
  }

  RoundEngine(
      Towers towers,
      TrainingSettings settings,
      TemperatureSettings temperatureSettings,
      RoundListener listener) {
    this.towers = towers;
    this.settings = settings;
    this.temperatureSettings = temperatureSettings;
    this.listener = listener;
  }

  /** The state before the first round. */
  TrainingState start(float[] parameters) {
    return TrainingState.initial(parameters, settings, temperatureSettings);
  }

  /** Trains to the end. */
  TrainingState run(TrainingState start, Workers workers, Workers validation) {
    List<Integer> sizes = workers.each((pairs, partition) -> pairs.size());
    boolean validate =
        settings.validations() > 0
            && validation.each((pairs, partition) -> pairs.size()).stream().anyMatch(s -> s > 1);
    RoundPlan plan = plan(sizes);
    TrainingState state =
        start.period() > 0
            ? start
            : start.withPeriod(
                settings
                    .averagingPeriod()
                    .first(towers, plan, settings.epochsBetweenValidations()));
    try (Run run = new Run(plan, workers, validate ? validation : null)) {
      while (state.step() < plan.totalSteps() && !stopsEarly(state)) {
        state = run.round(state);
      }
    }
    return state;
  }

  private boolean stopsEarly(TrainingState state) {
    return settings.earlyStopping() > 0 && state.sinceBest() >= settings.earlyStopping();
  }

  private RoundPlan plan(List<Integer> sizes) {
    int smallest = sizes.stream().min(Integer::compare).orElse(0);
    if (smallest < 2) {
      throw FathomException.data(
          "%d workers for too few training pairs: a worker has %d, and needs 2; lower training.workers",
          sizes.size(), smallest);
    }
    return RoundPlan.of(sizes.size(), smallest, towers.similarity().sampleRows(), settings);
  }

  /** One training, and what of it is on the executors. */
  private final class Run implements AutoCloseable {
    private final RoundPlan plan;
    private final Workers workers;
    private final Workers validation;
    private final ReplicaPool replicas;

    /** The weights that the executors have, and the state that they belong to. */
    private Shipped<Weights> shipped;

    private float[] shippedParameters;

    Run(RoundPlan plan, Workers workers, Workers validation) {
      this.plan = plan;
      this.workers = workers;
      this.validation = validation;
      replicas =
          new ReplicaPool(name, new ReplicaSpec(towers, settings, temperatureSettings, plan));
    }

    TrainingState round(TrainingState state) {
      long begin = System.nanoTime();
      int number = state.round() + 1;
      workers.beginRound(number);
      int steps = (int) Math.min(state.period(), plan.totalSteps() - state.step());
      RoundState round = new RoundState(state.step(), steps, state.temperature());
      List<Moments> ownMoments = new ArrayList<>();
      RoundResult mean = train(round, state, ownMoments);
      float[] velocity = state.velocity();
      float[] parameters = mean.weights().parameters();
      if (settings.outerMomentum() > 0) {
        velocity = velocity(state, parameters);
        parameters = moved(state.parameters(), parameters, velocity);
      }
      requireFinite(mean.loss(), mean.temperature(), parameters, state, number);
      List<Moments> moments =
          ownMoments.isEmpty() ? List.of(mean.weights().moments()) : List.copyOf(ownMoments);
      NextTemperature next = temperature(state, round, mean, parameters, moments);
      double seconds = (System.nanoTime() - begin) * 1e-9;
      TrainingState after =
          new TrainingState(
              number,
              state.step() + steps,
              settings.averagingPeriod().next(state.period(), seconds, mean.seconds(), plan),
              parameters,
              moments,
              velocity,
              next.state,
              state.round() == 0 ? mean.loss() : state.firstLoss(),
              state.best(),
              state.sinceBest());
      Optional<ValidationLoss.Part> validated = Optional.empty();
      if (validation != null && validates(state.step(), after.step())) {
        validated = Optional.of(validation(after));
        after = after.validated(validated.get().loss(), settings.keepsBest());
      }
      listener.afterRound(report(after, steps, mean, validated, next.bound, seconds), after);
      return after;
    }

    private RoundResult train(RoundState round, TrainingState state, List<Moments> ownMoments) {
      boolean local = settings.localMoments();
      List<Shipped<Moments>> own = new ArrayList<>();
      if (local && state.moments().size() == plan.workers()) {
        state.moments().forEach(moments -> own.add(workers.ship(moments, moments.bytes())));
      }
      Shipped<Weights> weights = ship(state.parameters(), state.moments().get(0));
      LocalRound task = new LocalRound(replicas, round, weights, own);
      try {
        if (!local) {
          return workers.mean(task);
        }
        List<RoundResult> results = workers.each(task);
        results.forEach(result -> ownMoments.add(result.weights().moments()));
        return RoundResult.mean(results);
      } finally {
        own.forEach(Shipped::destroy);
      }
    }

    /** Brings weights to the executors unless they are there already. */
    private Shipped<Weights> ship(float[] parameters, Moments moments) {
      if (shippedParameters != parameters) {
        destroyShipped();
        Weights weights = new Weights(parameters, moments);
        shipped = workers.ship(weights, weights.bytes());
        shippedParameters = parameters;
      }
      return shipped;
    }

    /** v ← μv + Δ with Δ the averaged change. */
    private float[] velocity(TrainingState state, float[] average) {
      float momentum = (float) settings.outerMomentum();
      float[] velocity = new float[average.length];
      for (int i = 0; i < velocity.length; i++) {
        velocity[i] = momentum * state.velocity()[i] + (average[i] - state.parameters()[i]);
      }
      return velocity;
    }

    /** Nesterov's step: θ ← θ̄ + μv, which is θ + Δ + μv. */
    private float[] moved(float[] before, float[] average, float[] velocity) {
      float momentum = (float) settings.outerMomentum();
      float[] moved = new float[before.length];
      for (int i = 0; i < moved.length; i++) {
        moved[i] = average[i] + momentum * velocity[i];
      }
      return moved;
    }

    /** τ after a round, and the bound that holds it. */
    private record NextTemperature(Temperature.State state, String bound) {}

    private NextTemperature temperature(
        TrainingState state,
        RoundState round,
        RoundResult mean,
        float[] parameters,
        List<Moments> moments) {
      return switch (temperatureSettings.mode()) {
        case TemperatureSettings.LOCAL -> new NextTemperature(mean.temperature(), null);
        case TemperatureSettings.GLOBAL -> new NextTemperature(stepped(state, mean), null);
        case TemperatureSettings.GLOBAL_EXACT -> exact(state, round, parameters, moments.get(0));
        default -> new NextTemperature(state.temperature(), null);
      };
    }

    /** The optimiser's step for each local step, with the gradient averaged over the workers. */
    private Temperature.State stepped(TrainingState state, RoundResult mean) {
      Temperature temperature = new Temperature(temperatureSettings, state.temperature());
      for (int i = 0; i < mean.temperatureGradients().length; i++) {
        temperature.step(
            mean.temperatureGradients()[i], settings.schedule(state.step() + i, plan.totalSteps()));
      }
      return temperature.state();
    }

    /**
     * The minimum over the latest batches of all workers, no farther away than the optimiser's
     * steps of the round could have gone.
     */
    private NextTemperature exact(
        TrainingState state, RoundState round, float[] parameters, Moments moments) {
      double trust = 0;
      for (int i = 0; i < round.steps(); i++) {
        trust +=
            temperatureSettings.learningRate()
                * settings.schedule(state.step() + i, plan.totalSteps());
      }
      double now = 1 / state.temperature().value();
      double highest = Math.min(now * Math.exp(trust), 1 / temperatureSettings.floor());
      Shipped<Weights> weights = ship(parameters, moments);
      ExactTemperature.Solution solution =
          ExactTemperature.solve(
              inverse -> Curve.mean(workers.each(new LossCurve(replicas, round, weights, inverse))),
              Math.min(now, highest),
              now * Math.exp(-trust),
              highest);
      String bound =
          switch (solution.bound()) {
            case NONE -> null;
            case LOWEST -> "trust-region";
            case HIGHEST -> highest < now * Math.exp(trust) ? "floor" : "trust-region";
          };
      return new NextTemperature(state.temperature().at(-Math.log(solution.inverse())), bound);
    }

    /** Whether an epoch that ends with a validation has ended, or all of them. */
    private boolean validates(long before, long after) {
      long between = (long) plan.stepsPerEpoch() * settings.epochsBetweenValidations();
      return before / between != after / between || after == plan.totalSteps();
    }

    private ValidationLoss.Part validation(TrainingState state) {
      workers.describe("train: validation loss after round " + state.round());
      Shipped<Weights> weights = ship(state.parameters(), state.moments().get(0));
      return ValidationLoss.Part.of(
          validation.each(new ValidationLoss(replicas, state.temperature().value(), weights)));
    }

    /** A loss or a parameter that is not a number stops the job before it becomes a model. */
    private void requireFinite(
        double loss,
        Temperature.State temperature,
        float[] parameters,
        TrainingState before,
        int round) {
      double most =
          EXPLOSION
              * Math.max(Math.log(plan.batch()), before.round() == 0 ? loss : before.firstLoss());
      if (!Double.isFinite(loss)
          || loss > most
          || !Double.isFinite(temperature.logTemperature())
          || !Weights.areFinite(parameters)) {
        throw FathomException.diverged(
            "training diverged in round %d (loss %.4g, %.4g in the first round); "
                + "lower training.learningRate, raise temperature.floor or set training.gradientClip",
            round, loss, before.round() == 0 ? loss : before.firstLoss());
      }
    }

    private RoundReport report(
        TrainingState state,
        int steps,
        RoundResult mean,
        Optional<ValidationLoss.Part> validated,
        String bound,
        double seconds) {
      long pairsAStep = (long) plan.batch() * plan.workers();
      return new RoundReport(
          state.round(),
          (double) state.step() / plan.stepsPerEpoch(),
          state.step(),
          pairsAStep * state.step(),
          mean.loss(),
          validated.map(ValidationLoss.Part::loss).orElse(null),
          validated.map(ValidationLoss.Part::recall).orElse(null),
          state.temperature().value(),
          bound,
          settings.learningRate(state.step() - 1, plan),
          pairsAStep * steps / seconds,
          mean.seconds() / seconds);
    }

    @Override
    public void close() {
      destroyShipped();
      replicas.release();
    }

    private void destroyShipped() {
      Optional.ofNullable(shipped).ifPresent(Shipped::destroy);
      shipped = null;
      shippedParameters = null;
    }
  }
}

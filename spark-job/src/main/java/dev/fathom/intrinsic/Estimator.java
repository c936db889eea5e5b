// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.intrinsic;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The estimators of the intrinsic dimension. The class that each one calls says what it assumes,
 * computes and cites.
 *
 * <p>All take the points as a sample of a manifold. The estimators that read distances of
 * neighbours assume that the density is nearly constant among the neighbours; they are too low for
 * dimensions above about ten, as a cloud of that many dimensions is nearly all boundary, and too
 * high if noise is as large as those distances. The estimators that read the spread of the whole
 * cloud count the dimensions of the flat space that holds it, which are more if the cloud is
 * curved.
 */
public enum Estimator {
  /** Levina–Bickel with the neighbours of the settings, combined as 1/mean(1/m̂). */
  MLE("mle", "Levina-Bickel", 0, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return LevinaBickel.estimate(cloud.neighbours(k), k);
    }
  },

  /** Levina–Bickel, combined as the arithmetic mean of the pointwise values. */
  MLE_POINTWISE_MEAN("mlePointwiseMean", "Levina-Bickel, pointwise mean", 0, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return LevinaBickel.pointwiseMean(cloud.neighbours(k), k);
    }
  },

  /** TwoNN by Facco's linear fit. */
  TWO_NN("twoNN", "TwoNN", 2, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return TwoNN.estimate(cloud.neighbours(2), TwoNN.DISCARDED);
    }
  },

  /** TwoNN by likelihood. */
  TWO_NN_LIKELIHOOD("twoNNLikelihood", "TwoNN, likelihood", 2, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return TwoNN.likelihood(cloud.neighbours(2));
    }
  },

  /** Gride with n1 = 2: the fourth neighbour's distance over the second's, by likelihood. */
  GRIDE("gride", "Gride, n1 = 2", 4, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return Gride.of(cloud.neighbours(4), 2).estimate().orElse(Double.NaN);
    }
  },

  /** The method of moments, pointwise mean. */
  MOMENTS("mom", "method of moments", 0, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return MethodOfMoments.estimate(cloud.neighbours(k), k);
    }
  },

  /** Manifold-adaptive dimension estimation, pointwise mean. */
  MANIFOLD_ADAPTIVE("mada", "MADA", 0, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return ManifoldAdaptive.estimate(cloud.neighbours(k), k);
    }
  },

  /** The participation ratio of the variances of the whole cloud. */
  PARTICIPATION_RATIO("participationRatio", "participation ratio", 0, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return Spectrum.participationRatio(cloud.components().variances());
    }

    @Override
    double standardError(Cloud cloud, double estimate, int groups) {
      return Spectrum.participationRatioError(cloud, estimate, groups);
    }
  },

  /** The number of variances of the whole cloud above a twentieth of the largest. */
  PCA("pca", "PCA, variances above 5 % of the largest", 0, true) {
    @Override
    double estimate(Cloud cloud, int k) {
      return Spectrum.aboveShareOfLargest(cloud.components().variances());
    }
  },

  /** The correlation dimension between the scales of two numbers of neighbours. */
  CORRELATION("correlation", "correlation dimension", CorrelationDimension.FAR, false) {
    @Override
    double estimate(Cloud cloud, int k) {
      return CorrelationDimension.estimate(cloud);
    }
  },

  /** The mean, over neighbourhoods, of the number of variances above a twentieth of the largest. */
  LOCAL_PCA("localPca", "local PCA", LocalPca.NEIGHBOURS, false) {
    @Override
    double estimate(Cloud cloud, int k) {
      return LocalPca.mean(cloud, Spectrum::aboveShareOfLargest);
    }

    @Override
    double standardError(Cloud cloud, double estimate, int groups) {
      return LocalPca.standardError(cloud, Spectrum::aboveShareOfLargest);
    }
  },

  /** The mean, over neighbourhoods, of the participation ratio. */
  LOCAL_PARTICIPATION_RATIO(
      "localParticipationRatio", "local participation ratio", LocalPca.NEIGHBOURS, false) {
    @Override
    double estimate(Cloud cloud, int k) {
      return LocalPca.mean(cloud, Spectrum::participationRatio);
    }
  },

  /** The tight local estimator, pointwise mean. */
  TIGHT_LOCAL("tle", "TLE", 0, false) {
    @Override
    double estimate(Cloud cloud, int k) {
      return TightLocal.estimate(cloud, k);
    }
  },

  /** Expected simplex skewness, pointwise mean. */
  SIMPLEX_SKEWNESS("ess", "ESS", 0, false) {
    @Override
    double estimate(Cloud cloud, int k) {
      return SimplexSkewness.estimate(cloud, k);
    }
  },

  /** DANCo: angle and norm concentration, compared with balls of every dimension. */
  DANCO("danco", "DANCo", Danco.NEIGHBOURS + 1, false) {
    @Override
    double estimate(Cloud cloud, int k) {
      return Danco.estimate(cloud);
    }

    @Override
    double standardError(Cloud cloud, double estimate, int groups) {
      return Danco.standardError(cloud, groups);
    }
  },

  /** Fisher separability of the whitened cloud. */
  FISHER_SEPARABILITY("fisherS", "FisherS", 0, false) {
    @Override
    double estimate(Cloud cloud, int k) {
      return FisherSeparability.estimate(cloud);
    }

    @Override
    double standardError(Cloud cloud, double estimate, int groups) {
      return FisherSeparability.standardError(cloud, estimate, groups);
    }
  };

  /** Number of points that a costly estimator samples; its result says so. */
  private static final int SAMPLE = 10_000;

  private final String key;
  private final String method;
  private final int neighbours;
  private final boolean cheap;

  Estimator(String key, String method, int neighbours, boolean cheap) {
    this.key = key;
    this.method = method;
    this.neighbours = neighbours;
    this.cheap = cheap;
  }

  abstract double estimate(Cloud cloud, int k);

  /**
   * The standard error of an estimate, if the estimator has a better one than blocks give; NaN
   * otherwise.
   *
   * @param cloud the measured cloud, in random order
   * @param groups number of groups of points to leave out in turn
   */
  double standardError(Cloud cloud, double estimate, int groups) {
    return Double.NaN;
  }

  /** The estimator's name in reports and settings. */
  public String key() {
    return key;
  }

  /** The estimator's name for display. */
  public String method() {
    return method;
  }

  /** Finds an estimator by its key. */
  public static Optional<Estimator> of(String key) {
    return Arrays.stream(values()).filter(estimator -> estimator.key.equals(key)).findAny();
  }

  /** Whether the estimator costs almost nothing once the neighbours are known. */
  boolean isCheap() {
    return cheap;
  }

  /**
   * The number of neighbours of each point that the estimator reads, given the number in the
   * settings.
   */
  int neighbours(int ofSettings) {
    return neighbours == 0 ? ofSettings : neighbours;
  }

  /** The part of a cloud that the estimator measures. */
  Cloud sample(Cloud cloud, int ofSettings) {
    return isCheap() ? cloud : cloud.first(SAMPLE, neighbours(ofSettings));
  }

  /** The estimate as a function of the cloud, for k neighbours. */
  ToDoubleFunction<Cloud> with(int k) {
    return cloud -> estimate(cloud, k);
  }
}

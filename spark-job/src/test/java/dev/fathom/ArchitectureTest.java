// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which room may use which. */
@AnalyzeClasses(packages = "dev.fathom", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] SPARK_AND_DL4J = {
    "org.apache.spark..", "org.deeplearning4j..", "org.nd4j.."
  };

  @ArchTest
  static final ArchRule OBJECTIVE_IS_PURE_ARITHMETIC =
      classes()
          .that()
          .resideInAPackage("dev.fathom.contrastive..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.fathom.contrastive..", "dev.fathom.blas..", "java..");

  @ArchTest
  static final ArchRule DIMENSION_IS_A_LIBRARY_OF_ITS_OWN =
      classes()
          .that()
          .resideInAnyPackage("dev.fathom.intrinsic..", "dev.fathom.evaluate..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.fathom.intrinsic..",
              "dev.fathom.evaluate..",
              "dev.fathom.blas..",
              "dev.fathom.common..",
              "org.apache.commons.math3..",
              "com.google.errorprone..",
              "java..");

  @ArchTest
  static final ArchRule ENCODERS_DO_NOT_KNOW_THE_OBJECTIVE =
      noClasses()
          .that()
          .resideInAPackage("dev.fathom.encoder..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.fathom.contrastive..", "dev.fathom.train..", "dev.fathom.model..");

  @ArchTest
  static final ArchRule DL4J_SPARK_IS_KNOWN_BY_ITS_SEAM_ALONE =
      noClasses()
          .that()
          .haveSimpleNameNotStartingWith("ContrastiveTraining")
          .and()
          .doNotHaveSimpleName("TrainedRound")
          .and()
          .doNotHaveFullyQualifiedName("dev.fathom.train.Train")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.deeplearning4j.spark..");

  @ArchTest
  static final ArchRule DATA_PREP_HAS_NO_DL4J =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.fathom.common..",
              "dev.fathom.settings..",
              "dev.fathom.data..",
              "dev.fathom.prepare..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.deeplearning4j..",
              "org.nd4j..",
              "dev.fathom.encoder..",
              "dev.fathom.train..",
              "dev.fathom.model..",
              "dev.fathom.report..",
              "dev.fathom.cli..");

  @ArchTest
  static final ArchRule THE_REPORT_USES_RESULTS_ONLY =
      noClasses()
          .that()
          .resideInAPackage("dev.fathom.report..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(SPARK_AND_DL4J);

  @ArchTest
  static final ArchRule ONLY_HADOOP_REACHES_FILES =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.fathom.blas..", "dev.fathom.settings..")
          .and()
          // Scratch files of an executor are on its own disk.
          .doNotHaveFullyQualifiedName("dev.fathom.train.ScratchChunks")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.File");

  @ArchTest
  static final ArchRule ROOMS_DO_NOT_DEPEND_ON_EACH_OTHER_IN_CIRCLES =
      slices().matching("dev.fathom.(*)..").should().beFreeOfCycles();
}

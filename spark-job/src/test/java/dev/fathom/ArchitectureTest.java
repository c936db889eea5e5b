// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
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
  static final ArchRule A_COLLECTIVE_KNOWS_NOTHING_OF_TRAINING =
      classes()
          .that()
          .resideInAPackage("dev.fathom.collective..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.fathom.collective..", "org.apache.spark..", "scala..", "java..");

  @ArchTest
  static final ArchRule DIMENSION_IS_A_LIBRARY_OF_ITS_OWN =
      classes()
          .that()
          .resideInAnyPackage(
              "dev.fathom.intrinsic..", "dev.fathom.evaluate..", "dev.fathom.correlation..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.fathom.intrinsic..",
              "dev.fathom.evaluate..",
              "dev.fathom.correlation..",
              "dev.fathom.blas..",
              "dev.fathom.random..",
              "org.apache.commons.math3..",
              "com.google.errorprone..",
              "java..");

  /** Arithmetic needs nothing of the job that it is done in: no Spark, no files, no locks. */
  @ArchTest
  static final ArchRule RANDOM_NUMBERS_NEED_NOTHING =
      classes()
          .that()
          .resideInAPackage("dev.fathom.random..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.fathom.random..", "java..");

  @ArchTest
  static final ArchRule ERRORS_NEED_NO_CLUSTER =
      classes()
          .that()
          .resideInAPackage("dev.fathom.error..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.fathom.error..", "com.google.errorprone..", "java..");

  @ArchTest
  static final ArchRule FILES_NEED_HADOOP_ALONE =
      noClasses()
          .that()
          .resideInAPackage("dev.fathom.files..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.spark..", "dev.fathom.monitoring..", "dev.fathom.output..");

  @ArchTest
  static final ArchRule MONITORING_KNOWS_NO_FILES =
      noClasses()
          .that()
          .resideInAPackage("dev.fathom.monitoring..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.hadoop..", "dev.fathom.files..", "dev.fathom.output..");

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
          .resideOutsideOfPackage("dev.fathom.train.dl4j")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.deeplearning4j.spark..");

  /** Each room of the training knows those before it. */
  @ArchTest
  static final ArchRule ROOMS_OF_THE_TRAINING_STAND_IN_ORDER =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("dev.fathom.train..")
          .layer("settings")
          .definedBy("dev.fathom.train.settings")
          .layer("pairs")
          .definedBy("dev.fathom.train.pairs")
          .layer("workers")
          .definedBy("dev.fathom.train.workers")
          .layer("step")
          .definedBy("dev.fathom.train.step")
          .layer("progress")
          .definedBy("dev.fathom.train.progress")
          .layer("round")
          .definedBy("dev.fathom.train.round")
          .layer("dl4j")
          .definedBy("dev.fathom.train.dl4j")
          .layer("stage")
          .definedBy("dev.fathom.train")
          .whereLayer("settings")
          .mayNotAccessAnyLayer()
          .whereLayer("pairs")
          .mayNotAccessAnyLayer()
          .whereLayer("workers")
          .mayOnlyAccessLayers("pairs")
          .whereLayer("step")
          .mayOnlyAccessLayers("settings", "pairs", "workers")
          .whereLayer("progress")
          .mayOnlyAccessLayers("settings", "step")
          .whereLayer("round")
          .mayOnlyAccessLayers("settings", "pairs", "workers", "step", "progress")
          .whereLayer("dl4j")
          .mayOnlyAccessLayers("pairs", "workers");

  @ArchTest
  static final ArchRule DATA_PREP_HAS_NO_DL4J =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.fathom.random..",
              "dev.fathom.error..",
              "dev.fathom.monitoring..",
              "dev.fathom.files..",
              "dev.fathom.output..",
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
  static final ArchRule THE_FACES_DO_NOT_KNOW_EACH_OTHER =
      noClasses()
          .that()
          .resideInAPackage("dev.fathom.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.fathom.cli..", "dev.fathom.report..");

  @ArchTest
  static final ArchRule NOTHING_NEEDS_SPARKS_MACHINE_LEARNING_BUT_ITS_FACE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.fathom.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.fathom.spark..", "org.apache.spark.ml..");

  /**
   * But for native libraries, a file that the command line names, what Linux tells of processes,
   * and scratch of this machine.
   */
  @ArchTest
  static final ArchRule ONLY_HADOOP_REACHES_FILES =
      noClasses()
          .that()
          .haveNameNotMatching(
              "dev\\.fathom\\.(blas\\.Blas|cli\\.NativeLibraries|output\\.LockHolder|prepare\\.backbone\\.Tokens"
                  + "|settings\\.Settings|train\\.pairs\\.ScratchChunks)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.(io\\.(File|(File(In|Out)putStream)|File(Reader|Writer)|RandomAccessFile)"
                  + "|nio\\.file\\.(?!AccessDeniedException).*|nio\\.channels\\.FileChannel)");

  /** What a file holds is data: nothing that is read is made into objects of its own choosing. */
  @ArchTest
  static final ArchRule NO_FILE_IS_DESERIALISED =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.io\\.ObjectInputStream|.*\\.SerializationUtils");

  @ArchTest
  static final ArchRule DL4J_ZIPS_ARE_READ_WITHOUT_THEIR_OBJECTS =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.fathom.encoder.GraphZip")
          .should()
          .callMethodWhere(
              target(owner(name("org.deeplearning4j.util.ModelSerializer")))
                  .and(target(nameStartingWith("restore"))));

  @ArchTest
  static final ArchRule ROOMS_DO_NOT_DEPEND_ON_EACH_OTHER_IN_CIRCLES =
      slices().matching("dev.fathom.(*)..").should().beFreeOfCycles();
}

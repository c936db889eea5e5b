// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import dev.fathom.data.DatasetFiles;
import dev.fathom.data.Split;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.mapreduce.lib.output.PathOutputCommitter;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.types.StructType;

/**
 * Writes the shards of all splits in one job, one file for each task that has rows. Public for
 * Hadoop, which creates it.
 */
public final class ShardFormat extends FileOutputFormat<Split, Object[]> {
  private static final String PARQUET_SCHEMA = "fathom.shards.parquet";
  private static final String SPARK_SCHEMA = "fathom.shards.spark";

  /** Names a write in the committers of object stores, and here its files. */
  private static final String WRITE = "spark.sql.sources.writeJobUUID";

  /** Creates a format; what it writes is in the configuration of the job. */
  public ShardFormat() {}

  /**
   * Writes rows.
   *
   * @param rows values of the columns by split, where a task has rows of one split only
   * @param schema names and types of the columns
   * @param directory directory in which each split gets one of its own
   */
  static void write(
      JavaPairRDD<Split, Object[]> rows, StructType schema, Path directory, Configuration hadoop) {
    ShardFile.Schema columns = ShardFile.Schema.of(schema);
    Configuration configuration = configured(directory, hadoop);
    configuration.set(PARQUET_SCHEMA, columns.parquet());
    configuration.set(SPARK_SCHEMA, columns.spark());
    configuration.set(WRITE, UUID.randomUUID().toString());
    // Only a whole dataset is marked as complete.
    configuration.setBoolean("mapreduce.fileoutputcommitter.marksuccessfuljobs", false);
    rows.saveAsNewAPIHadoopDataset(configuration);
  }

  private static Configuration configured(Path directory, Configuration hadoop) {
    try {
      Job job = Job.getInstance(hadoop);
      job.setOutputFormatClass(ShardFormat.class);
      setOutputPath(job, directory);
      return job.getConfiguration();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file without rows, which tells the columns. */
  static void writeNone(StructType schema, Path directory, Configuration hadoop) {
    Path file = new Path(directory, name(0, UUID.randomUUID().toString()));
    try {
      new ShardFile(file, ShardFile.Schema.of(schema), hadoop).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The name of a file of a task, which no other write gives. */
  private static String name(int task, String write) {
    return String.format(Locale.ROOT, "part-%05d-%s.zstd.parquet", task, write);
  }

  /** Accepts any directory, as it holds more than shards. */
  @Override
  public void checkOutputSpecs(JobContext job) {}

  @Override
  public RecordWriter<Split, Object[]> getRecordWriter(TaskAttemptContext task) throws IOException {
    return new Writer(task, ((PathOutputCommitter) getOutputCommitter(task)).getWorkPath());
  }

  /** Opens the file when its first row comes. */
  private static final class Writer extends RecordWriter<Split, Object[]> {
    private final TaskAttemptContext task;
    private final Path directory;
    private ShardFile file;

    Writer(TaskAttemptContext task, Path directory) {
      this.task = task;
      this.directory = directory;
    }

    @Override
    public void write(Split split, Object[] row) throws IOException {
      if (file == null) {
        file = open(split);
      }
      file.write(row);
    }

    private ShardFile open(Split split) throws IOException {
      Configuration hadoop = task.getConfiguration();
      return new ShardFile(
          new Path(
              new DatasetFiles(directory).shards(split),
              name(task.getTaskAttemptID().getTaskID().getId(), hadoop.get(WRITE))),
          new ShardFile.Schema(hadoop.get(PARQUET_SCHEMA), hadoop.get(SPARK_SCHEMA)),
          hadoop);
    }

    @Override
    public void close(TaskAttemptContext context) throws IOException {
      if (file != null) {
        file.close();
      }
    }
  }
}

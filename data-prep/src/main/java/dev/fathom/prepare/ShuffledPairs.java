// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.fathom.prepare.ShardLayout.Place;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.Iterator;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.math.Ordering$;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Brings placed pairs to their shards, in the order of their places. */
final class ShuffledPairs {
  private ShuffledPairs() {}

  /** Returns the pairs by the partitions of a layout, sorted within each. */
  static JavaPairRDD<Place, Outcome.Placed> of(
      JavaRDD<Outcome.Placed> pairs, ShardLayout layout, long seed) {
    ClassTag<Place> places = ClassTag$.MODULE$.apply(Place.class);
    ClassTag<Outcome.Placed> values = ClassTag$.MODULE$.apply(Outcome.Placed.class);
    JavaPairRDD<Place, Outcome.Placed> keyed =
        pairs.mapToPair(placed -> new Tuple2<>(Place.of(placed, seed), placed));
    return JavaPairRDD.fromRDD(
        new ShuffledRDD<Place, Outcome.Placed, Outcome.Placed>(
                keyed.rdd(), layout, places, values, values)
            .setKeyOrdering(
                Ordering$.MODULE$.comparatorToOrdering(
                    (Comparator<Place> & Serializable) Place::compareTo))
            .setSerializer(new Format()),
        places,
        values);
  }

  /** Writes each pair in {@link OutcomeFormat}, after the order of its place. */
  static final class Format extends Serializer implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public SerializerInstance newInstance() {
      return new Instance();
    }

    /** Records are independent of each other, so Spark may sort and join them as bytes. */
    @Override
    public boolean supportsRelocationOfSerializedObjects() {
      return true;
    }
  }

  private static final class Instance extends SerializerInstance {
    @Override
    public SerializationStream serializeStream(OutputStream out) {
      return new Writer(new Output(out));
    }

    @Override
    public DeserializationStream deserializeStream(InputStream in) {
      return new Reader(new Input(in));
    }

    @Override
    public <T> ByteBuffer serialize(T value, ClassTag<T> tag) {
      throw new UnsupportedOperationException("pairs are written in streams");
    }

    @Override
    public <T> T deserialize(ByteBuffer bytes, ClassTag<T> tag) {
      throw new UnsupportedOperationException("pairs are read from streams");
    }

    @Override
    public <T> T deserialize(ByteBuffer bytes, ClassLoader loader, ClassTag<T> tag) {
      return deserialize(bytes, tag);
    }
  }

  private static final class Writer extends SerializationStream {
    private final Output out;

    Writer(Output out) {
      this.out = out;
    }

    @Override
    public <T> SerializationStream writeObject(T value, ClassTag<T> tag) {
      if (value instanceof Place place) {
        out.writeLong(place.order());
      } else {
        OutcomeFormat.write((Outcome) value, out);
      }
      return this;
    }

    @Override
    public void flush() {
      out.flush();
    }

    @Override
    public void close() {
      out.close();
    }
  }

  /** Reads the key and the value of a pair together, as the key is a part of the value. */
  private static final class Reader extends DeserializationStream {
    private final Input in;
    private Outcome.Placed placed;

    Reader(Input in) {
      this.in = in;
    }

    private Place nextPlace() {
      long order = in.readLong();
      placed = (Outcome.Placed) OutcomeFormat.read(in);
      return new Place(placed.split(), order, placed.pair().key());
    }

    @Override
    @SuppressWarnings("unchecked") // Spark asks for the types that it was given.
    public <T> T readKey(ClassTag<T> tag) {
      return (T) nextPlace();
    }

    @Override
    @SuppressWarnings("unchecked") // Spark asks for the types that it was given.
    public <T> T readValue(ClassTag<T> tag) {
      return (T) placed;
    }

    @Override
    public <T> T readObject(ClassTag<T> tag) {
      throw new UnsupportedOperationException("pairs are read with their places");
    }

    @Override
    public scala.collection.Iterator<Tuple2<Object, Object>> asKeyValueIterator() {
      Iterator<Tuple2<Object, Object>> all =
          new Iterator<>() {
            private boolean ended;

            @Override
            public boolean hasNext() {
              // Spark frees what it fetched once the stream is closed, which is left to the reader.
              if (!ended && in.eof()) {
                ended = true;
                close();
              }
              return !ended;
            }

            @Override
            public Tuple2<Object, Object> next() {
              Place place = nextPlace();
              return new Tuple2<>(place, placed);
            }
          };
      return JavaConverters.asScalaIterator(all);
    }

    @Override
    public void close() {
      in.close();
    }
  }
}

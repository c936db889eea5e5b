// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.prepare;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import dev.fathom.data.Split;
import dev.fathom.prepare.ShardLayout.Place;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.ShuffledRDD;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Brings placed pairs to their shards, in the order of their places. */
final class ShuffledPairs {
  private static final List<Split> SPLITS = List.of(Split.values());

  private ShuffledPairs() {}

  /** Returns the pairs by the partitions of a layout, sorted within each. */
  static JavaRDD<Outcome.Placed> of(JavaPairRDD<Place, PackedPair> pairs, ShardLayout layout) {
    ClassTag<Place> places = ClassTag$.MODULE$.apply(Place.class);
    ClassTag<PackedPair> values = ClassTag$.MODULE$.apply(PackedPair.class);
    return JavaPairRDD.fromRDD(
            new ShuffledRDD<Place, PackedPair, PackedPair>(
                    pairs.rdd(), layout, places, values, values)
                .setSerializer(new Format()),
            places,
            values)
        .mapPartitions(SortedPairs::new);
  }

  /** Packs pairs, each with its place. */
  static JavaPairRDD<Place, PackedPair> packed(JavaRDD<Outcome.Placed> pairs, long seed) {
    return pairs.mapToPair(
        placed -> new Tuple2<>(Place.of(placed, seed), PackedPair.of(placed.pair())));
  }

  /** Writes each pair as it is, after its place. */
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
        out.writeByte(SPLITS.indexOf(place.split()));
        out.writeLong(place.order());
      } else {
        PackedPair pair = (PackedPair) value;
        out.writeInt(pair.length());
        out.writeBytes(pair.bytes(), pair.from(), pair.length());
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

  private static final class Reader extends DeserializationStream {
    private final Input in;

    Reader(Input in) {
      this.in = in;
    }

    private Place nextPlace() {
      return new Place(SPLITS.get(in.readByte()), in.readLong());
    }

    private PackedPair nextPair() {
      int length = in.readInt();
      return new PackedPair(in.readBytes(length), 0, length);
    }

    @Override
    @SuppressWarnings("unchecked") // Spark asks for the types that it was given.
    public <T> T readKey(ClassTag<T> tag) {
      return (T) nextPlace();
    }

    @Override
    @SuppressWarnings("unchecked") // Spark asks for the types that it was given.
    public <T> T readValue(ClassTag<T> tag) {
      return (T) nextPair();
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
              return new Tuple2<>(place, nextPair());
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

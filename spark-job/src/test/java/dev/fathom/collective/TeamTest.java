// Licensed under the Apache License, Version 2.0; see the LICENSE file.
package dev.fathom.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fathom.testing.Members;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeamTest {
  private static final int TURNS = 5000;

  private final String key = UUID.randomUUID().toString();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void whatEachDidBeforeAllSeeAfter(int size) throws Exception {
    int[] counts = new int[size];

    Members.each(
        size,
        number -> {
          Team.Member member = Team.join(key, number, size, () -> false);
          for (int turn = 1; turn <= TURNS; turn++) {
            counts[number] = turn;
            member.await();
            for (int count : counts) {
              assertThat(count).isEqualTo(turn);
            }
            member.await();
          }
          return null;
        });
  }

  @Test
  void oneObjectIsMadeForAll() throws Exception {
    var made =
        Members.each(3, number -> Team.join(key, number, 3, () -> false).shared(Object::new));

    assertThat(made).containsOnly(made.get(0));
  }

  @Test
  void whatEndsOneEndsTheOthers() {
    assertThatThrownBy(
            () ->
                Members.each(
                    3,
                    number -> {
                      Team.Member member = Team.join(key, number, 3, () -> false);
                      member.await();
                      if (number == 2) {
                        member.fail(new IllegalArgumentException("broken"));
                        return null;
                      }
                      member.await();
                      return null;
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("broken");
  }

  @Test
  void aKilledTaskEndsItsTeam() {
    AtomicBoolean killed = new AtomicBoolean();

    assertThatThrownBy(
            () ->
                Members.each(
                    2,
                    number -> {
                      Team.Member member = Team.join(key, number, 3, killed::get);
                      killed.set(true);
                      member.await();
                      return null;
                    }))
        .hasRootCauseMessage("the task was killed while it waited for others");
  }
}

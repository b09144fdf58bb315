// SPDX-License-Identifier: Apache-2.0
//
// What a real JVM serves while its conversations are recorded; tests/gateway/transcript_test.cpp
// binds the same class.
package reference;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

public class House {
  /** Implemented in Python. */
  public interface Op {
    Object apply(Object value);
  }

  /** A nested class. */
  public static class Room {
    public static final String NAME = "room";
  }

  public static final int LIMIT = 100;
  public int rooms = 3;
  public long stones = 1L << 40;
  public String name = "house";

  public House() {}

  public House(String name) {
    this.name = name;
  }

  public static int twice(int number) {
    return 2 * number;
  }

  public String greet(String visitor) {
    return "Hello " + visitor + " from " + name;
  }

  public Object echo(Object value) {
    return value;
  }

  public double half(double number) {
    return number / 2;
  }

  public float small() {
    return 1.5f;
  }

  public char letter() {
    return 'x';
  }

  public boolean invert(boolean flag) {
    return !flag;
  }

  public void rest() {}

  public Object nothing() {
    return null;
  }

  public House self() {
    return this;
  }

  public String pick(int number) {
    return "int";
  }

  public String pick(long number) {
    return "long";
  }

  public String pick(String text) {
    return "String";
  }

  public String pick(Object any) {
    return "Object";
  }

  public BigDecimal price() {
    return new BigDecimal("12.50");
  }

  public List<String> list() {
    return new ArrayList<>(List.of("a", "b", "c"));
  }

  public Map<String, Integer> map() {
    return new HashMap<>(Map.of("key", 7));
  }

  public Set<Integer> set() {
    return new HashSet<>(Set.of(5));
  }

  public int[] array() {
    return new int[] {1, 2, 3};
  }

  public void fail(String text) {
    throw new IllegalStateException(text);
  }

  public Object ask(Op op, Object value) {
    return op.apply(value);
  }
}

// SPDX-License-Identifier: Apache-2.0
package bench;

/** An object that is made and dropped. */
public class Point {
  public final int x;

  public Point(int x) {
    this.x = x;
  }
}

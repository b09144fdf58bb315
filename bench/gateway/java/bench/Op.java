// SPDX-License-Identifier: Apache-2.0
package bench;

/** What Python implements and the peers call. */
public interface Op {
  String apply(String text);
}

// SPDX-License-Identifier: Apache-2.0
package bench;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import py4j.CallbackClient;
import py4j.ClientServer;
import py4j.GatewayServer;

/** The JVM's side of the benchmark: the same names as gateway_peer has. */
public class Peer {
  public int field = 42;

  public static int inc(int number) {
    return number + 1;
  }

  public String greet(String text) {
    return text;
  }

  public double half(double number) {
    return number / 2;
  }

  public int size(byte[] bytes) {
    return bytes.length;
  }

  public byte[] blob(int size) {
    return new byte[size];
  }

  public ReadableByteChannel stream(int size) {
    return Channels.newChannel(new ByteArrayInputStream(new byte[size]));
  }

  public List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().collect(Collectors.toList());
  }

  public String callBack(Op op, String text) {
    return op.apply(text);
  }

  public static void main(String[] words) throws Exception {
    int port = Integer.parseInt(words[0]);
    int callbackPort = Integer.parseInt(words[1]);
    if (words.length > 2) {
      ClientServer server =
          new ClientServer.ClientServerBuilder(new Peer())
              .javaPort(port)
              .pythonPort(callbackPort)
              .build();
      server.startServer();
      System.out.println(server.getJavaServer().getListeningPort());
    } else {
      CallbackClient client =
          new CallbackClient(callbackPort, InetAddress.getByName("127.0.0.1"));
      GatewayServer server =
          new GatewayServer.GatewayServerBuilder(new Peer())
              .javaPort(port)
              .callbackClient(client)
              .build();
      server.start();
      System.out.println(server.getListeningPort());
    }
    System.out.flush();
  }
}

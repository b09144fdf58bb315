// SPDX-License-Identifier: Apache-2.0
//
// Serves a House to a pinned (ClientServer) or an unpinned (JavaGateway) client and prints the port.
package reference;

import py4j.ClientServer;
import py4j.GatewayServer;

public final class Server {
  private Server() {}

  public static void main(String[] words) {
    if (words[0].equals("pinned")) {
      ClientServer server =
          new ClientServer.ClientServerBuilder(new House())
              .javaPort(0)
              .authToken("secret")
              .build();
      server.startServer();
      System.out.println(((GatewayServer) server.getJavaServer()).getListeningPort());
    } else {
      GatewayServer server =
          new GatewayServer.GatewayServerBuilder(new House())
              .javaPort(0)
              .authToken("secret")
              .build();
      server.start();
      System.out.println(server.getListeningPort());
    }
  }
}

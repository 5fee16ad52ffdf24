import io.trino.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Starts Trino on a free port of 127.0.0.1 and writes the port into FOLDER/port as soon as it answers. Ends when the process
 * OWNER has ended, however that was; 0 is nobody.
 */
public final class StartServer {
  private StartServer() {}

  /** @param arguments FOLDER OWNER */
  public static void main(String[] arguments) throws IOException {
    long owner = Long.parseLong(arguments[1]);
    if (owner != 0) {
      // Halts: tables in memory need no farewell.
      ProcessHandle.of(owner)
          .ifPresentOrElse(
              (process) -> process.onExit().thenRun(() -> Runtime.getRuntime().halt(0)),
              () -> Runtime.getRuntime().halt(0));
    }
    String port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = String.valueOf(socket.getLocalPort());
    }
    System.setProperty("http-server.http.port", port);
    System.setProperty("discovery.uri", "http://127.0.0.1:" + port);
    new Server().start("435");
    Path written = Files.writeString(Path.of(arguments[0], "port.part"), port);
    Files.move(written, Path.of(arguments[0], "port"), StandardCopyOption.ATOMIC_MOVE);
  }
}

package io.gantry.worker.docker;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A program that writes the first datagram it receives. */
final class Datagram {

    private Datagram() {}

    /** How to run it in the machine's file system. */
    static String command(int port) throws URISyntaxException {
        Path classes =
                Path.of(Datagram.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return "%s/bin/java -Xint -Xmx32m -cp %s %s %d"
                .formatted(
                        System.getProperty("java.home"), classes, Datagram.class.getName(), port);
    }

    static void main(String[] arguments) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(arguments[0]))) {
            socket.receive(packet);
        }
        System.out.write(packet.getData(), 0, packet.getLength());
        System.out.write("\n".getBytes(StandardCharsets.UTF_8));
    }
}

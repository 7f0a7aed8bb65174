package io.gantry.launcher;

import io.gantry.launcher.Installation.EngineKind;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** From nothing to a service that answers. */
@Command(
        name = "quickstart",
        description = "Start everything, deploy a sample web service and call it.")
final class QuickstartCommand implements Callable<Integer> {
    static final String NO_BUSYBOX =
            "There is nothing to build the sample's image from; on Debian,"
                    + " \"apt-get install busybox-static\" brings it.";

    @Mixin private final HomeOption home = new HomeOption();
    @Mixin private final ShapeOptions shape = new ShapeOptions();

    @Override
    public Integer call() {
        var progress = new Progress(System.out);
        Layout layout = home.layout();
        try (Exclusive held = Exclusive.on(layout)) {
            Installation installation = shape.installation(layout);
            if (installation.engine() == EngineKind.DOCKER && SampleImage.busybox() == null) {
                throw new Failure(NO_BUSYBOX);
            }
            var session =
                    new Session(installation, new Supervisor(layout, Distribution.own()));
            new Startup(session, progress).run();
            Map<String, String> replies = new Sample(session, progress).deploy();
            print(session, replies);
            Caches.makeInBackground(session);
        }
        return 0;
    }

    private static void print(Session session, Map<String, String> replies) {
        System.out.println();
        System.out.print(new StatusReport(session).text());
        System.out.println();
        replies.forEach((address, reply) -> System.out.printf("http://%s  %s%n", address, reply));
        Credentials credentials = session.credentials();
        if (credentials == null) {
            throw new Failure("The credentials are gone.");
        }
        System.out.printf(
                """

                export AWS_ENDPOINT_URL=%s
                export AWS_REGION=%s
                export AWS_ACCESS_KEY_ID=%s
                export AWS_SECRET_ACCESS_KEY=%s

                Try next:
                aws ecs describe-services --services %s
                aws ecs list-tasks --service-name %s
                aws ecs update-service --service %s --desired-count 4
                """,
                session.installation().controlPlane().getFirst().url(),
                Session.region(),
                credentials.accessKey(),
                credentials.secret(),
                Sample.SERVICE,
                Sample.SERVICE,
                Sample.SERVICE);
    }
}

package io.gantry.launcher;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** From nothing to a service that answers. */
@Command(
        name = "quickstart",
        description = "Start everything, deploy a sample web service and call it.")
final class QuickstartCommand implements Callable<Integer> {
    @Mixin private final HomeOption home = new HomeOption();
    @Mixin private final ShapeOptions shape = new ShapeOptions();

    @Override
    public Integer call() {
        var progress = new Progress(System.out);
        Layout layout = home.layout();
        Exclusive.run(layout, () -> start(layout, progress));
        return 0;
    }

    private void start(Layout layout, Progress progress) {
        Installation installation = shape.installation(layout, true);
        var session = new Session(installation, new Supervisor(layout, Distribution.own()));
        new Startup(session, progress).run();
        Map<String, String> replies = new Sample(session, progress).deploy();
        print(session, replies);
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
                export AWS_REGION=%s AWS_DEFAULT_REGION=%s
                export AWS_ACCESS_KEY_ID=%s
                export AWS_SECRET_ACCESS_KEY=%s

                Try next:
                aws ecs describe-services --services %s
                aws ecs list-tasks --service-name %s
                aws ecs update-service --service %s --desired-count 4
                """,
                session.installation().controlPlane().getFirst().url(),
                Session.region(),
                Session.region(),
                credentials.accessKey(),
                credentials.secret(),
                Sample.SERVICE,
                Sample.SERVICE,
                Sample.SERVICE);
    }
}

package io.gantry.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The walls of the house. ARCHITECTURE.md says why they stand where they do. */
class ArchitectureTest {
    private static final JavaClasses CONTROL_PLANE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.gantry.control");

    private static final String CORE = "io.gantry.control.core..";

    static Stream<ArchRule> rules() {
        return Stream.of(
                classes()
                        .that()
                        .resideInAPackage(CORE)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(
                                "java.lang..",
                                "java.util..",
                                "java.time..",
                                "io.gantry.common.check..",
                                "io.gantry.common.model..",
                                "io.gantry.common.table..",
                                CORE,
                                "software.amazon.awssdk.services..model..",
                                "software.amazon.awssdk.utils.builder..",
                                "com.fasterxml.jackson.annotation..",
                                "org.jspecify.."),
                noClasses()
                        .that()
                        .resideInAPackage(CORE)
                        .should()
                        .callMethod(Instant.class, "now")
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(UUID.class, "randomUUID")
                        .orShould()
                        .callMethod(Math.class, "random"),
                onlyIn("org.apache.ratis..", "io.gantry.control.raft.."),
                onlyIn("com.hazelcast..", "io.gantry.control.live.."),
                onlyIn("io.prometheus..", "io.gantry.control.metrics.."),
                onlyIn(
                        "io.vertx..",
                        "io.gantry.control.http..",
                        "io.gantry.control.session..",
                        "io.gantry.control.stream..",
                        "io.gantry.control"),
                noClasses()
                        .that()
                        .resideOutsideOfPackages("io.gantry.control.raft..", "io.gantry.control")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.gantry.control.raft..")
                        .as("the log is known by its interfaces, but to those who wire it"),
                slices().matching("io.gantry.control.(**)").should().beFreeOfCycles());
    }

    private static ArchRule onlyIn(String library, String... packages) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .as(library + " is used only in " + String.join(", ", packages));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(CONTROL_PLANE);
    }
}

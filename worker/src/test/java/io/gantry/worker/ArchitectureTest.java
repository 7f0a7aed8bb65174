package io.gantry.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.gantry.worker");

    @Test
    void theCoreIsPure() {
        classes()
                .that()
                .resideInAPackage("io.gantry.worker.core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.lang..",
                        "java.util..",
                        "java.time..",
                        "io.gantry.common.acs..",
                        "io.gantry.common.table..",
                        "io.gantry.worker.core..",
                        "org.jspecify..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.gantry.worker.core..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .check(CLASSES);
    }

    @Test
    void theEnginesLibraryStaysInItsPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.gantry.worker.docker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.github.dockerjava..")
                .check(CLASSES);
    }

    @Test
    void theNetworkLibraryStaysInItsPackages() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "io.gantry.worker",
                        "io.gantry.worker.session..",
                        "io.gantry.worker.endpoints..",
                        "io.gantry.worker.streams..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.gantry.worker.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}

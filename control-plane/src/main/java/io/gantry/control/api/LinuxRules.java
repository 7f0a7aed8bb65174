package io.gantry.control.api;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.ContainerDefinition;
import software.amazon.awssdk.services.ecs.model.Device;
import software.amazon.awssdk.services.ecs.model.LinuxParameters;
import software.amazon.awssdk.services.ecs.model.RegisterTaskDefinitionRequest;
import software.amazon.awssdk.services.ecs.model.SystemControl;
import software.amazon.awssdk.services.ecs.model.Tmpfs;
import software.amazon.awssdk.services.ecs.model.Ulimit;

/** What a container may ask of the kernel. */
final class LinuxRules {
    private static final int UNLIMITED = -1;

    private static final Set<String> CAPABILITIES =
            Set.of(
                    "ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH"
                            .concat(" FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE")
                            .concat(" MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE")
                            .concat(
                                    " NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN")
                            .concat(" SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE")
                            .concat(" SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG")
                            .concat(" WAKE_ALARM")
                            .split(" "));

    private static final Set<String> MOUNT_OPTIONS =
            Set.of(
                    "defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount"
                            .concat(" mand nomand atime noatime diratime nodiratime bind rbind")
                            .concat(" unbindable runbindable private rprivate shared rshared slave")
                            .concat(" rslave relatime norelatime strictatime nostrictatime mode")
                            .concat(" uid gid nr_inodes nr_blocks mpol")
                            .split(" "));

    private static final Set<String> IPC_CONTROLS =
            Set.of(
                    "kernel.msgmax",
                    "kernel.msgmnb",
                    "kernel.msgmni",
                    "kernel.sem",
                    "kernel.shmall",
                    "kernel.shmmax",
                    "kernel.shmmni",
                    "kernel.shm_rmid_forced");

    private static final Pattern SECURITY_OPTION =
            Pattern.compile("no-new-privileges([:=](true|false))?|(apparmor|label)[:=].+");

    private final ContainerDefinition container;
    private final RegisterTaskDefinitionRequest task;
    private final Complaints complaints;

    LinuxRules(
            ContainerDefinition container,
            RegisterTaskDefinitionRequest task,
            Complaints complaints) {
        this.container = container;
        this.task = task;
        this.complaints = complaints;
    }

    void check() {
        container.ulimits().forEach(this::ulimit);
        container.systemControls().forEach(this::control);
        container.dockerSecurityOptions().forEach(this::securityOption);
        LinuxParameters linux = container.linuxParameters();
        if (linux != null) {
            parameters(linux);
        }
    }

    private void ulimit(Ulimit limit) {
        int soft = limit.softLimit();
        int hard = limit.hardLimit();
        boolean ordered = hard == UNLIMITED || (soft != UNLIMITED && soft <= hard);
        if (soft < UNLIMITED || hard < UNLIMITED || !ordered) {
            throw complaints.wrong(
                    "The limits of ulimit '"
                            + limit.nameAsString()
                            + "' must be at least -1, and the soft one not greater than the hard"
                            + " one.");
        }
    }

    /** Settings of a namespace can only be made where the container does not use the machine's. */
    private void control(SystemControl control) {
        String name = control.namespace();
        boolean network = name != null && name.matches("net\\.[A-Za-z0-9_./-]+");
        boolean ipc =
                name != null
                        && (IPC_CONTROLS.contains(name) || name.matches("fs\\.mqueue\\.[a-z_]+"));
        if (!network && !ipc) {
            throw complaints.wrong("The systemControls namespace '" + name + "' is not supported.");
        }
        if (control.value() == null || control.value().isBlank()) {
            throw complaints.wrong(
                    "The value of the systemControls namespace '" + name + "' must not be empty.");
        }
        if (network && "host".equals(task.networkModeAsString())) {
            throw complaints.wrong(
                    "The systemControls namespace '"
                            + name
                            + "' is not supported when networkMode=host.");
        }
        if (ipc && "host".equals(task.ipcModeAsString())) {
            throw complaints.wrong(
                    "The systemControls namespace '"
                            + name
                            + "' is not supported when ipcMode=host.");
        }
    }

    private void securityOption(String option) {
        if (!SECURITY_OPTION.matcher(option).matches()) {
            throw complaints.unsupported("dockerSecurityOptions", option);
        }
    }

    private void parameters(LinuxParameters linux) {
        if (linux.capabilities() != null) {
            capabilities(linux.capabilities().add());
            capabilities(linux.capabilities().drop());
        }
        linux.devices().forEach(this::device);
        linux.tmpfs().forEach(this::tmpfs);
        complaints.atLeast("sharedMemorySize", linux.sharedMemorySize(), 0);
        complaints.atLeast("maxSwap", linux.maxSwap(), 0);
        complaints.within("swappiness", linux.swappiness(), 0, 100);
        if (linux.maxSwap() != null && container.memory() == null) {
            throw complaints.wrong(
                    "'maxSwap' needs 'memory', since the container engine limits both together.");
        }
    }

    private void capabilities(List<String> names) {
        for (String name : names) {
            if (!CAPABILITIES.contains(name)) {
                throw complaints.wrong("'" + name + "' is not a Linux capability.");
            }
        }
    }

    private void device(Device device) {
        complaints.absolute("hostPath", device.hostPath());
        complaints.absolute("containerPath", device.containerPath());
    }

    private void tmpfs(Tmpfs tmpfs) {
        complaints.absolute("containerPath", tmpfs.containerPath());
        complaints.atLeast("size", tmpfs.size(), 1);
        for (String option : tmpfs.mountOptions()) {
            if (!MOUNT_OPTIONS.contains(nameOf(option)) || option.indexOf(',') >= 0) {
                throw complaints.wrong("'" + option + "' is not a mount option of tmpfs.");
            }
        }
    }

    private static @Nullable String nameOf(String option) {
        int equals = option.indexOf('=');
        return equals < 0 ? option : option.substring(0, equals);
    }
}

package io.gantry.worker.session;

import io.gantry.common.time.Clock;
import io.gantry.common.time.Timers;

/** What the parts of a session share. */
record SessionParts(
        SessionSettings settings,
        FrontEnd frontEnd,
        Transport transport,
        RequestSigner signer,
        Clock clock,
        Timers timers,
        WorkerTasks tasks) {}

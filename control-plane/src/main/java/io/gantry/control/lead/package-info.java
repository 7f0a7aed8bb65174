/**
 * What the leader proposes by itself: the next steps of services, the passing of deadlines, the end
 * of sessions whose node is gone. {@link io.gantry.control.lead.LeaderDuties} is a step machine
 * that runs on every node and acts on the one that leads.
 */
@NullMarked
package io.gantry.control.lead;

import org.jspecify.annotations.NullMarked;

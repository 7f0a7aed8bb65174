/**
 * What containers need from elsewhere before they can be made: files of variables and logins to
 * registries. They are fetched from services that speak AWS' protocols, with the credentials of the
 * task's execution role, or from directories that the operator has opened. The entry type is {@link
 * io.gantry.worker.lookup.Lookups}.
 */
@NullMarked
package io.gantry.worker.lookup;

import org.jspecify.annotations.NullMarked;

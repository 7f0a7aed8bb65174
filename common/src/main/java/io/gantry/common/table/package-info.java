/**
 * The one collection that the replicated state is made of. {@link
 * io.gantry.common.table.SortedTable} is sorted, immutable and cheap to change, so a snapshot of
 * the whole cluster is a reference.
 */
@NullMarked
package io.gantry.common.table;

import org.jspecify.annotations.NullMarked;

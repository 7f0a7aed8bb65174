package io.gantry.common.model;

/**
 * An amount of a machine.
 *
 * @param cpuUnits 1,024 per core
 * @param memoryMib mebibytes
 */
public record Resources(int cpuUnits, int memoryMib) {
    public static final Resources NONE = new Resources(0, 0);

    public Resources plus(Resources more) {
        return new Resources(cpuUnits + more.cpuUnits, memoryMib + more.memoryMib);
    }

    public Resources minus(Resources taken) {
        return new Resources(cpuUnits - taken.cpuUnits, memoryMib - taken.memoryMib);
    }

    public boolean fitsIn(Resources room) {
        return cpuUnits <= room.cpuUnits && memoryMib <= room.memoryMib;
    }
}

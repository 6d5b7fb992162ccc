namespace Parley.Testing;

/// <summary>Something that a <see cref="SimulatedClock"/> runs at a moment of virtual time; one object may be scheduled many times.</summary>
public interface ISimulationEvent
{
    /// <summary>Runs on the thread that drives the clock, with the clock at the moment the event was due.</summary>
    /// <param name="argument">The value given when it was scheduled: a version, an index, or nothing of meaning.</param>
    void Run(long argument);
}

namespace Parley.Management;

/// <summary>Makes events of some kinds, while they are wanted.</summary>
internal interface IEventProducer
{
    /// <summary>From now on these kinds are wanted; one call at a time.</summary>
    /// <param name="kinds">All kinds that anybody wants.</param>
    void Want(EventKinds kinds);
}

namespace Parley.Dialogs;

/// <summary>What is counted as it happens; read as <see cref="DialogStatistics"/>.</summary>
internal sealed class DialogCounters
{
    public long Processed;
    public long Expired;
    public long Failed;
    public long Refused;
    public long DroppedNotifications;
}

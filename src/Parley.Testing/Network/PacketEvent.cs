namespace Parley.Testing;

/// <summary>The kinds of lines in the event log.</summary>
internal enum PacketEvent
{
    Sent,
    Lost,
    Cut,
    Unreachable,
    Duplicated,
    Reordered,
    Arrived,
    Connected,
    Refused,
    Closed,
}

// What the folders Identity, Profiles, Values, Callbacks and Feed are to give. Their owner replaces this file, one type per file.
#pragma warning disable CS1591, RS0016, CA1822, IDE0060, CA1065, CA1034, CS0067, CA1003, CA1024, CS1573, CA1815, CA1036, CS0649, CS0169, IDE0044, CA1852

namespace Parley.Dialogs;

// Feed ---------------------------------------------------------------------------------------------------------------------
public enum DialogChangeKind : byte { Created, StateChanged, Updated, Deleted }
/// <summary>The change feed: emitted after the lock is released, in order for one dialog, before the callbacks of the same step.</summary>
public sealed class DialogFeed
{
    internal DialogFeed() { }
    /// <summary>False: nobody listens, and publishing costs nothing.</summary>
    internal bool HasReaders => false;
    /// <summary>Deleted comes after Terminated / Expired / Failed ran. Updated: CSeq, contact, timeout, values or profiles changed.</summary>
    internal void Publish(Dialog dialog, DialogChangeKind kind, DialogState oldState, DialogState newState) { }
}

// What the folders Identity, Profiles, Values, Callbacks and Feed are to give. Their owner replaces this file, one type per file.
#pragma warning disable CS1591, RS0016, CA1822, IDE0060, CA1065, CA1034, CS0067, CA1003, CA1024, CS1573, CA1815, CA1036, CS0649, CS0169, IDE0044, CA1852
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

// Profiles -----------------------------------------------------------------------------------------------------------------
public sealed class DialogProfile { public string Name => throw new NotImplementedException(); public bool HasValue => throw new NotImplementedException(); }
/// <summary>All profile definitions of one application: Add("caller; gateway/s", hasValue), Find(name).</summary>
public sealed class DialogProfileTable
{
    internal DialogProfileTable(DialogOptions options) { }
    public void Add(string definitions, bool hasValue) => throw new NotImplementedException();
    public DialogProfile? Find(string name) => throw new NotImplementedException();
}

// Callbacks ----------------------------------------------------------------------------------------------------------------
[Flags]
public enum DialogCallbackTypes
{
    None = 0, Loaded = 1 << 0, Created = 1 << 1, Failed = 1 << 2, Confirmed = 1 << 3, RequestWithin = 1 << 4, Terminated = 1 << 5,
    Expired = 1 << 6, Early = 1 << 7, ResponseForwarded = 1 << 8, ResponseWithin = 1 << 9, ManagementContext = 1 << 10, Destroy = 1 << 11, Saved = 1 << 12,
}
public delegate void DialogCallback(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters);
/// <summary>What a callback gets. Reused by the runner (one per thread): do not keep it.</summary>
public sealed class DialogCallbackParameters
{
    public SipMessage? Message { get; internal set; }
    /// <summary>The changes of the message on its way, where it may still be changed; null otherwise.</summary>
    public SipEdits? Edits { get; internal set; }
    public SipContext? Context { get; internal set; }
    public DialogDirection Direction { get; internal set; }
    public DialogLeg? DestinationLeg { get; internal set; }
    public bool IsActive { get; internal set; } = true;
    /// <summary>The object of ManagementContext.</summary>
    public object? Data { get; internal set; }
    /// <summary>The pointer given at registration; a handler may replace it.</summary>
    public object? Parameter { get; set; }
}
/// <summary>The global lists (Loaded, Created) and the running of any list. Per-dialog lists hang on the Dialog (Callbacks/Dialog.Callbacks.cs).</summary>
internal sealed class DialogCallbacks
{
    public DialogCallbacks(Microsoft.Extensions.Logging.ILoggerFactory? loggers) { }
    public bool Register(Dialog? dialog, DialogCallbackTypes types, DialogCallback callback, object? parameter, Action<object?>? free) => throw new NotImplementedException();
    /// <summary>Runs the handlers of one type, last registered first, never under a lock; what they throw is logged with the dialog. Cheap when there is none (see <see cref="Dialog.HasCallbacks"/>).</summary>
    public void Run(Dialog dialog, DialogCallbackTypes type, in DialogCallbackArguments arguments) { }
    /// <summary>After Destroy has run: every free function once, the lists dropped.</summary>
    public void Free(Dialog dialog) { }
}
/// <summary>What the runner copies into DialogCallbackParameters.</summary>
internal readonly record struct DialogCallbackArguments(DialogDirection Direction, SipMessage? Message = null, SipContext? Context = null, SipEdits? Edits = null, DialogLeg? DestinationLeg = null, object? Data = null);

public sealed partial class Dialog
{
    // Values/Dialog.Values.cs, Profiles/Dialog.Profiles.cs, Callbacks/Dialog.Callbacks.cs: fields and members of these parts.
    /// <summary>dialog.Values["created_at"]; string or integer.</summary>
    public DialogValues Values => throw new NotImplementedException();
    /// <summary>dialog.Profiles.Set("caller", value).</summary>
    public DialogProfiles Profiles => throw new NotImplementedException();
    /// <summary>The user's 32 flags, atomic test-and-set.</summary>
    public DialogUserFlags UserFlags => throw new NotImplementedException();
    /// <summary>Registers a handler; false when the dialog is over.</summary>
    public bool On(DialogCallbackTypes types, DialogCallback callback, object? parameter = null, Action<object?>? free = null) => throw new NotImplementedException();
    /// <summary>True when a handler of this type (or, of Created, a global one) is there: the hot path asks before it does anything.</summary>
    internal bool HasCallbacks(DialogCallbackTypes type) => false;
    /// <summary>Off every profile, at once and once (→5).</summary>
    internal void LeaveProfiles() { }
}
public readonly struct DialogValues;
public readonly struct DialogProfiles;
public readonly struct DialogUserFlags;

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

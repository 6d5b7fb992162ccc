using Parley.Sip;
using Parley.Testing;
using Parley.Transactions;

namespace Parley.Dialogs.Tests;

/// <summary>Dialogs without a proxy around them: driven by events of the state machine, on a clock of virtual time.</summary>
internal sealed class DialogFixture : IDisposable
{
    public DialogFixture(Action<DialogOptions>? configure = null)
    {
        var options = new DialogOptions();
        configure?.Invoke(options);
        Timers = new TimerService(Clock);
        Module = new DialogModule(options, Timers, Clock, SipRandom.FromSeed(1), new SipTimerOptions());
    }

    public SimulatedClock Clock { get; } = new();

    public TimerService Timers { get; }

    public DialogModule Module { get; }

    public Dialog New(string callId = "call", DialogFlags flags = DialogFlags.None)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(callId);
        var dialog = Module.Table.NewDialog(Module, Module.Table.NextId(bytes), bytes, "sip:a@a"u8, "sip:b@b"u8, flags);
        Module.Table.Begin(dialog, null);
        return dialog;
    }

    /// <summary>With a tag of the caller's, of which a table with many dialogs of one Call-ID makes use.</summary>
    public Dialog New(string callId, string callerTag)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(callId);
        var dialog = Module.Table.NewDialog(Module, Module.Table.NextId(bytes), bytes, "sip:a@a"u8, "sip:b@b"u8, DialogFlags.None);
        dialog.Caller.Packed = PackedLeg.Build(default, System.Text.Encoding.ASCII.GetBytes(callerTag), default, 0, default);
        Module.Table.Begin(dialog, null);
        return dialog;
    }

    public void Dispose() => Timers.Dispose();
}

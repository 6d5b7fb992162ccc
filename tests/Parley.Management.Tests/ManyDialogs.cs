using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Dialogs;

namespace Parley.Management.Tests;

/// <summary>A store with the rows of many calls that are up, made as they are read.</summary>
internal sealed class ManyDialogs(int count, TimeProvider time) : IDialogStore
{
    public async IAsyncEnumerable<DialogRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        for (uint i = 0; i < count; i++)
            yield return Row(i);
    }

    public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) => ValueTask.CompletedTask;

    private DialogRecord Row(uint number)
    {
        byte[] callId = Bytes($"standing-{number}@10.0.1.1");
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        var texts = new DialogRecordTexts
        {
            CallId = callId,
            FromUri = Bytes($"sip:+4930{number:000000}@example.com"),
            FromTag = Bytes($"from{number}"),
            ToUri = Bytes($"sip:+4940{number:000000}@example.com"),
            ToTag = Bytes($"to{number}"),
            CallerContact = "sip:caller@10.0.1.1:5060"u8,
            CalleeContact = "sip:callee@10.0.2.1:5060"u8,
            CallerSocket = "udp:10.0.0.1:5060"u8,
            CalleeSocket = "udp:10.0.0.1:5060"u8,
        };
        return new DialogRecord(new DialogId(CoreHash.Compute(callId, CoreHash.DefaultSize), number), in texts)
        {
            State = DialogState.Confirmed,
            StartTime = now - 60,
            Timeout = now + 40_000,
        };
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text.ToString(CultureInfo.InvariantCulture));
}

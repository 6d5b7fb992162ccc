using System.Runtime.CompilerServices;
using Parley.Proxy;
using Parley.Transport;

namespace Parley.Management;

/// <summary>
/// Writes messages and steps into the ring. On the way of every message: it copies and counts, and does nothing else. What is secret is blanked when it
/// is read; in a ring that is a file before it is written, so that no secret comes to a disk.
/// </summary>
internal sealed class CallRecorder : ICaptureTap, ICallStepSink
{
    [ThreadStatic]
    private static byte[]? t_scratch;

    private readonly CallRing _ring;
    private readonly RecorderMode _mode;
    private readonly TimeProvider _time;
    private readonly CallSampler _sampler;
    private readonly CallMarkTable _marks;
    private readonly SecretBlanker? _blanker;
    private readonly int _longest;

    public CallRecorder(CallRing ring, RecorderOptions options, CallMarkTable marks, TimeProvider time)
    {
        (_ring, _mode, _time, _marks) = (ring, options.Mode, time, marks);
        _sampler = new CallSampler(options.MaxCallsPerSecond);
        _blanker = ring.Memory.IsFile ? new SecretBlanker(options) : null;
        _longest = ring.LongestPayload;
    }

    public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        long now = _time.GetUtcNow().UtcTicks;
        if (_sampler.IsOn && !IsSampled(inbound, message, now))
            return;
        bool isCut = false;
        if (_mode == RecorderMode.Headers && message.IndexOf("\r\n\r\n"u8) is >= 0 and var end && end + 4 < message.Length)
        {
            message = message[..(end + 4)];
            isCut = true;
        }

        if (message.Length > _longest)
        {
            message = message[.._longest];
            isCut = true;
        }

        SipEndPoint remote = flow.Remote,
            local = flow.Listener.Local;
        var header = new RecordHeader
        {
            Ticks = now,
            Kind = inbound ? RecordKind.Inbound : RecordKind.Outbound,
            Protocol = (byte)flow.Listener.Protocol,
            Flags = (byte)(
                (isCut ? RecordHeader.CutFlag : 0)
                | (remote.IsIPv6 ? RecordHeader.RemoteIPv6Flag : 0)
                | (local.IsIPv6 ? RecordHeader.LocalIPv6Flag : 0)
            ),
            RemoteHigh = remote.High,
            RemoteLow = remote.Low,
            RemotePort = remote.Port,
            LocalHigh = local.High,
            LocalLow = local.Low,
            LocalPort = local.Port,
        };
        if (_blanker is null)
            _ring.Append(header, message, default);
        else
            AppendBlanked(header, message);
    }

    /// <summary>Takes a message that another element captured.</summary>
    /// <param name="at">When it was captured there.</param>
    /// <param name="source">The sender.</param>
    /// <param name="target">The receiver.</param>
    /// <param name="protocol">By what it went.</param>
    /// <param name="message">The message.</param>
    public void OnForeign(DateTimeOffset at, SipEndPoint source, SipEndPoint target, SipProtocol protocol, ReadOnlySpan<byte> message)
    {
        bool isCut = message.Length > _longest;
        if (isCut)
            message = message[.._longest];
        var header = new RecordHeader
        {
            Ticks = at.UtcTicks,
            Kind = RecordKind.Inbound,
            Protocol = (byte)protocol,
            Flags = (byte)(
                RecordHeader.ForeignFlag
                | (isCut ? RecordHeader.CutFlag : 0)
                | (source.IsIPv6 ? RecordHeader.RemoteIPv6Flag : 0)
                | (target.IsIPv6 ? RecordHeader.LocalIPv6Flag : 0)
            ),
            RemoteHigh = source.High,
            RemoteLow = source.Low,
            RemotePort = source.Port,
            LocalHigh = target.High,
            LocalLow = target.Low,
            LocalPort = target.Port,
        };
        if (_blanker is null)
            _ring.Append(header, message, default);
        else
            AppendBlanked(header, message);
    }

    public void OnStep(ReadOnlySpan<byte> callId, ulong? dialog, CallStep step, long number, int further, ReadOnlySpan<byte> detail)
    {
        if (StepTexts.MarkOf(step, number, further, detail) is { } mark)
            _marks.Add(callId, mark);
        if (CallIdScan.Hash(callId) > _sampler.Threshold)
            return;
        if (callId.Length > _longest / 2)
            callId = callId[..(_longest / 2)];
        var header = new RecordHeader
        {
            Ticks = _time.GetUtcNow().UtcTicks,
            Kind = RecordKind.Step,
            Step = (byte)step,
            Flags = dialog is null ? (byte)0 : RecordHeader.DialogFlag,
            Dialog = dialog.GetValueOrDefault(),
            Number = number,
            Further = further,
            CallIdLength = callId.Length,
        };
        _ring.Append(header, callId, detail[..Math.Min(detail.Length, _longest / 2)]);
    }

    private bool IsSampled(bool inbound, ReadOnlySpan<byte> message, long now)
    {
        if (inbound && message.StartsWith("INVITE "u8) && _sampler.OnInvite(now))
            NoteSampling(now);
        uint threshold = _sampler.Threshold;
        return threshold == uint.MaxValue || CallIdScan.Hash(CallIdScan.Of(message)) <= threshold;
    }

    private void NoteSampling(long now) =>
        _ring.Append(
            new RecordHeader
            {
                Ticks = now,
                Kind = RecordKind.Sampling,
                Number = _sampler.Threshold,
            },
            default,
            default
        );

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendBlanked(in RecordHeader header, ReadOnlySpan<byte> message)
    {
        byte[] scratch = t_scratch is { } had && had.Length >= message.Length ? had : t_scratch = new byte[Math.Max(8192, message.Length)];
        Span<byte> copy = scratch.AsSpan(0, message.Length);
        message.CopyTo(copy);
        _blanker!.Blanken(copy);
        _ring.Append(header, copy, default);
    }
}

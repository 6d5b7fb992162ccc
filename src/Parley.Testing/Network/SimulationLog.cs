using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>What happened on the network, as a running hash over every event and its bytes and, when asked, as text. Two runs were the
/// same when their <see cref="Hash"/> and <see cref="Count"/> are.</summary>
public sealed class SimulationLog
{
    private readonly List<string> _lines = [];

    internal SimulationLog() { }

    /// <summary>Over time, kind, both ends and every byte of all events so far.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    /// <summary>How many events there were.</summary>
    public long Count { get; private set; }

    /// <summary>True keeps a line of text per event; off at first.</summary>
    public bool KeepText { get; set; }

    /// <summary>The lines kept: "0.501000 sent UDP 10.0.0.1:5060 > 10.0.0.2:5060 INVITE a84b4c CSeq 1 INVITE".</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Adds an event of the test's own to hash and text.</summary>
    /// <param name="time">Virtual time since the start.</param>
    /// <param name="text">What happened.</param>
    public void Note(TimeSpan time, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Mix((ulong)time.Ticks);
        MixBytes(MemoryMarshal.AsBytes(text.AsSpan()));
        Count++;
        if (KeepText)
            _lines.Add($"{Seconds(time)} note {text}");
    }

    internal void Add(
        TimeSpan time,
        PacketEvent kind,
        SipProtocol protocol,
        in SipEndPoint from,
        in SipEndPoint to,
        ReadOnlySpan<byte> bytes
    )
    {
        Mix((ulong)time.Ticks);
        Mix((ulong)kind << 56 | (ulong)protocol << 48 | (ulong)from.Port << 32 | (ulong)to.Port << 16);
        Mix(from.High ^ from.Low);
        Mix(to.High ^ to.Low);
        MixBytes(bytes);
        Count++;
        if (KeepText)
            _lines.Add(Line(time, kind, protocol, from, to, bytes));
    }

    private static string Line(
        TimeSpan time,
        PacketEvent kind,
        SipProtocol protocol,
        SipEndPoint from,
        SipEndPoint to,
        ReadOnlySpan<byte> bytes
    )
    {
        string head = $"{Seconds(time)} {kind.ToString().ToLowerInvariant()} {protocol.ToString().ToUpperInvariant()} {from} > {to}";
        return bytes.IsEmpty ? head : $"{head} {PacketText.Label(bytes)} {PacketText.CallId(bytes)} CSeq {PacketText.CSeq(bytes)}";
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F6", CultureInfo.InvariantCulture);

    private void MixBytes(ReadOnlySpan<byte> bytes)
    {
        Mix((ulong)bytes.Length);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            Mix(word);
        ulong rest = 0;
        foreach (byte b in bytes[(words.Length * 8)..])
            rest = rest << 8 | b;
        Mix(rest);
    }

    private void Mix(ulong value) => Hash = BitOperations.RotateLeft((Hash ^ value) * 0x9E3779B97F4A7C15, 29);
}

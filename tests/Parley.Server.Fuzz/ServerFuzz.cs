using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Sip.Fuzz;

namespace Parley.Server.Fuzz;

/// <summary>One run against one server, and what must hold after it.</summary>
public sealed class ServerFuzz
{
    private const int Parties = 12,
        HistorySize = 400,
        PingEvery = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FuzzSettings _settings;
    private readonly Random _random;
    private readonly Mutation _mutation;
    private readonly byte[] _buffer = new byte[65_536];
    private readonly List<byte[]> _history = [];
    private readonly List<string> _faults = [];
    private long _sent,
        _broken,
        _streamed,
        _heard;

    private ServerFuzz(FuzzSettings settings)
    {
        _settings = settings;
        _random = new Random(settings.Seed);
        _mutation = new Mutation(settings.Seed);
    }

    /// <summary>Starts a server, sends, waits for the end of all that lives, looks.</summary>
    /// <param name="settings">The run.</param>
    public static async Task<FuzzOutcome> RunAsync(FuzzSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return await new ServerFuzz(settings).RunAsync();
    }

    private async Task<FuzzOutcome> RunAsync()
    {
        long began = Stopwatch.GetTimestamp();
        await using var server = new FuzzedServer(trusts: _settings.Seed % 2 == 0);
        await server.StartAsync();
        Party[] parties = [.. Enumerable.Range(0, Parties).Select(i => new Party($"user{i % (Parties * 2 / 3)}", server.Port))];
        var talk = new Talk(_random, parties, server.Port);
        var disorder = new Disorder(_random, server.Port);
        var memory = new List<long>();
        for (int look = 0; look < _settings.Looks; look++)
        {
            double part = _settings.Looks == 1 ? 1 : _settings.Warm + ((1 - _settings.Warm) * look / (_settings.Looks - 1));
            int until = (int)Math.Round(_settings.Messages * part);
            while (_sent < until && _faults.Count == 0)
                Step(talk, disorder, parties, server.Port);
            foreach (Party party in parties)
                party.Hang(reset: false);
            if (await server.DrainAsync(Patience) is { } left)
                _faults.Add(left);
            memory.Add(GC.GetTotalMemory(forceFullCollection: true));
        }

        string sizes = string.Join(", ", memory.Select(static bytes => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024}")));
        if (memory[^1] - memory[0] > _settings.Growth)
            _faults.Add($"memory grew: {sizes} KB");
        if (!Answers(server.Port) || !AnswersByStream(server.Port))
            _faults.Add("does not answer an OPTIONS any more");
        _faults.AddRange(server.Faults());
        foreach (Party party in parties)
            party.Dispose();
        string summary = string.Create(
            CultureInfo.InvariantCulture,
            $"seed {_settings.Seed}: {_sent} messages sent in {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s, {_broken} of them broken, {_streamed} over TCP; {_heard} heard; {server.Numbers()}; memory {sizes} KB; {_faults.Count} faults"
        );
        return new FuzzOutcome(_faults, summary);
    }

    private void Step(Talk talk, Disorder disorder, Party[] parties, int port)
    {
        foreach (Party each in parties)
        {
            foreach (string text in each.Heard())
            {
                _heard++;
                talk.Hear(each, text);
            }
        }

        (Party party, string message) = talk.Next();
        bool isBroken = _random.Next(100) < 45;
        if (isBroken && _random.Next(3) > 0)
            message = disorder.Apply(message);
        int length = Encoding.Latin1.GetBytes(message, _buffer);
        if (isBroken && (_random.Next(2) == 0 || length > 8_000))
            length = _mutation.Mutate(
                _buffer,
                Math.Min(length, 8_000),
                _history.Count > 0 ? _history[_random.Next(_history.Count)] : default
            );
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, length);
        if (_random.Next(20) == 0 && _history.Count > 0)
        {
            party = _random.Next(2) == 0 ? party : parties[_random.Next(Parties)]; // once more, by whomever
            bytes = _history[_random.Next(_history.Count)];
        }

        _sent++;
        if (isBroken)
            _broken++;
        _settings.Log?.Write($"---- {_sent} {party.User} {party.Port}\n{Encoding.Latin1.GetString(bytes)}\n");
        Send(party, bytes);
        Keep(bytes);
        // The server is not to be outrun: what the kernel drops tests nothing.
        if (_sent % PingEvery == 0 && !Answers(port))
            _faults.Add(string.Create(CultureInfo.InvariantCulture, $"does not answer an OPTIONS after message {_sent}"));
    }

    private void Send(Party party, ReadOnlySpan<byte> bytes)
    {
        if (_random.Next(4) > 0)
        {
            party.SendDatagram(bytes);
            return;
        }

        _streamed++;
        switch (_random.Next(20))
        {
            case 0:
                party.SendStream(bytes[.._random.Next(bytes.Length + 1)], 1);
                break; // an end that never comes, or comes with the next one
            case 1:
                party.SendStream(bytes, 1);
                party.Hang(reset: true);
                break;
            case 2:
                party.SendStream(bytes[.._random.Next(bytes.Length + 1)], 1);
                party.Hang(reset: false);
                break;
            case 3:
                party.SendStream("\r\n\r\n"u8, 1);
                party.SendStream(bytes, 5);
                break;
            case 4:
                party.SendStream(bytes, Math.Min(40, bytes.Length));
                break;
            default:
                party.SendStream(bytes, 1);
                break;
        }
    }

    /// <summary>An OPTIONS by UDP is answered within two seconds; sent again where it was lost.</summary>
    private static bool Answers(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 500 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] answer = new byte[4096];
        for (int i = 0; i < 20; i++)
        {
            socket.SendTo(Options("UDP", ((IPEndPoint)socket.LocalEndPoint!).Port, port), new IPEndPoint(IPAddress.Loopback, port));
            try
            {
                if (socket.Receive(answer) > 0)
                    return Encoding.Latin1.GetString(answer).StartsWith("SIP/2.0 200", StringComparison.Ordinal);
            }
            catch (SocketException)
            {
                // Silence: again.
            }
        }

        return false;
    }

    private static bool AnswersByStream(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
        byte[] answer = new byte[4096];
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            socket.Send(Options("TCP", ((IPEndPoint)socket.LocalEndPoint!).Port, port));
            return socket.Receive(answer) > 0 && Encoding.Latin1.GetString(answer).StartsWith("SIP/2.0 200", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static byte[] Options(string transport, int own, int port)
    {
        string unique = Guid.NewGuid().ToString("N");
        return Encoding.Latin1.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.1:{own};branch=z9hG4bK{unique}\r\nMax-Forwards: 70\r\nFrom: <sip:ping@example.com>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: {unique}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            )
        );
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_history.Count < HistorySize)
            _history.Add(bytes.ToArray());
        else if (_random.Next(4) == 0)
            _history[_random.Next(HistorySize)] = bytes.ToArray();
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Transport.Tests.Dns;

/// <summary>Answers questions over UDP on loopback from a table of ready-made record data (RFC 1035).</summary>
internal sealed class TinyDnsServer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Dictionary<(string, ushort), List<(ushort Type, int Ttl, byte[] Data)>> _answers = [];

    public TinyDnsServer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _ = Task.Run(ServeAsync);
    }

    public IPEndPoint EndPoint { get; }

    public byte ResponseCode { get; set; }

    public TinyDnsServer A(string name, string address, int ttl) => Add(name, 1, 1, ttl, IPAddress.Parse(address).GetAddressBytes());

    public TinyDnsServer Aaaa(string name, string address, int ttl) => Add(name, 28, 28, ttl, IPAddress.Parse(address).GetAddressBytes());

    public TinyDnsServer Alias(string name, string target, string address, int ttl) =>
        Add(name, 1, 5, ttl, Name(target)).Add(name, 1, 1, ttl + 100, IPAddress.Parse(address).GetAddressBytes());

    public TinyDnsServer Srv(string name, ushort priority, ushort weight, ushort port, string target, int ttl) =>
        Add(name, 33, 33, ttl, [.. Short(priority), .. Short(weight), .. Short(port), .. Name(target)]);

    public TinyDnsServer Naptr(string name, ushort order, ushort preference, string flags, string services, string replacement, int ttl) =>
        Add(
            name,
            35,
            35,
            ttl,
            [.. Short(order), .. Short(preference), .. Text(flags), .. Text(services), .. Text(""), .. Name(replacement)]
        );

    public void Dispose() => _socket.Dispose();

    private TinyDnsServer Add(string name, ushort question, ushort type, int ttl, byte[] data)
    {
        if (!_answers.TryGetValue((name, question), out var list))
            _answers[(name, question)] = list = [];
        list.Add((type, ttl, data));
        return this;
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await _socket.SendToAsync(Answer(buffer.AsSpan(0, got.ReceivedBytes)), got.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var labels = new List<string>();
        var at = 12;
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
            at += query[at] + 1;
        }
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]);
        var question = query[12..(at + 5)];
        var found = _answers.GetValueOrDefault((string.Join('.', labels), type)) ?? [];
        var code =
            ResponseCode != 0 ? ResponseCode
            : found.Count == 0 ? (byte)3
            : (byte)0;
        var reply = new List<byte>();
        reply.AddRange(query[..2]);
        reply.AddRange([0x85, (byte)(0x80 | code), 0, 1]);
        reply.AddRange(Short((ushort)found.Count));
        reply.AddRange(found.Count == 0 && code == 3 ? [0, 1, 0, 0] : (ReadOnlySpan<byte>)[0, 0, 0, 0]);
        reply.AddRange(question);
        foreach (var (kind, ttl, data) in found)
            reply.AddRange([0xC0, 12, .. Short(kind), 0, 1, .. Long(ttl), .. Short((ushort)data.Length), .. data]);
        if (found.Count == 0 && code == 3)
        {
            byte[] soa =
            [
                .. Name("ns.example"),
                .. Name("admin.example"),
                .. Long(1),
                .. Long(3600),
                .. Long(600),
                .. Long(86400),
                .. Long(17),
            ];
            reply.AddRange([0xC0, 12, 0, 6, 0, 1, .. Long(300), .. Short((ushort)soa.Length), .. soa]);
        }
        return [.. reply];
    }

    private static byte[] Short(ushort value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Long(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Name(string name) => [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(Text), 0];
}

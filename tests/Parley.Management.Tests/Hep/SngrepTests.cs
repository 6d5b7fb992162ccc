using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Parley.Testing;
using Xunit;

namespace Parley.Management.Tests.Hep;

/// <summary>The packets, as another program reads them.</summary>
public class SngrepTests
{
    private const string Program = "/usr/bin/sngrep";

    [Fact]
    public async Task Sngrep_takes_every_message_of_a_call()
    {
        if (!File.Exists(Program))
            Assert.Skip("sngrep is not installed");
        int port = FreePort();
        string capture = Path.Combine(TestFolder.ForTest("sngrep"), "call.pcap");
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-L", $"udp:127.0.0.1:{port}", "-N", "-q", "-O", capture },
        };
        using Process sngrep = Process.Start(start)!;
        try
        {
            await UntilAsync(() => IPGlobalProperties.GetIPGlobalProperties().GetActiveUdpListeners().Any(p => p.Port == port));
            await using ManagedProxy proxy = await ManagedProxy.StartAsync(options =>
            {
                options.Hep.Mode = HepMode.All;
                options.Hep.Target = $"udp:127.0.0.1:{port}";
            });
            var recorder = new Parley.Testing.Recorder(proxy.Clock);
            proxy.Network.Attach(recorder);
            ScriptedCall call = proxy.Call();
            proxy.Run(1);
            call.Bye();
            proxy.Run(1);
            Assert.Contains(recorder.Messages, static m => m.Label == "BYE");
            await UntilAsync(() => recorder.Messages.All(m => Read(capture).AsSpan().IndexOf(m.Bytes) >= 0));
        }
        finally
        {
            sngrep.Kill();
            File.Delete(capture);
        }
    }

    private static byte[] Read(string path)
    {
        if (!File.Exists(path))
            return [];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(50, patience.Token);
    }
}

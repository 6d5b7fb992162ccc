using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Load;

/// <summary>bench/load/start: from the start of a process to the first request that it answers, CPU until then, memory of the idle process.</summary>
internal sealed class StartCommand(Workshop workshop, LoadOptions options)
{
    /// <summary>The server as built, as published (ReadyToRun), and samples/AotProxy as published (Native AOT).</summary>
    public static readonly string[] Names = ["server", "published", "aot"];

    private const int Port = 15090;

    private static readonly EndPoint ProxyAddress = new IPEndPoint(IPAddress.Loopback, Port);

    private readonly List<StartSample> _samples = [];

    public async Task<int> RunAsync()
    {
        Machine machine = await Machine.ReadAsync(workshop);
        string[] subjects = [.. Names.Intersect(options.Subjects)];
        // The round before the first fills the file cache and compiles this program: it does not count.
        for (int run = 0; run <= options.Runs; run++)
        {
            foreach (string subject in subjects)
            {
                StartSample sample = await StartAsync(subject);
                if (run > 0)
                    _samples.Add(sample);
            }
        }

        StringBuilder text = new();
        text.AppendLine(
            FormattableString.Invariant(
                $"From fork to the first answer to an OPTIONS over UDP (one is sent every millisecond until one is answered), process on one core, files in the cache. Median and range of {options.Runs} alternating starts; CPU up to the first answer; memory one second later, idle."
            )
        );
        text.AppendLine()
            .AppendLine("| | first answer, ms | CPU ms | idle memory, MiB: resident, proportional | goal, ms | |")
            .AppendLine("|---|---|---|---|---|---|");
        foreach (string subject in subjects)
            Row(text, subject, [.. _samples.Where(sample => sample.Subject == subject)]);
        Report.Write(workshop, options, "start", machine, _samples, text);
        return 0;
    }

    private static void Row(StringBuilder text, string subject, StartSample[] samples)
    {
        double median = Report.Median(samples.Select(sample => sample.Milliseconds)),
            cpu = Report.Median(samples.Select(sample => sample.CpuMilliseconds));
        double resident = Report.Median(samples.Select(sample => sample.ResidentKiB / 1024.0)),
            proportional = Report.Median(samples.Select(sample => sample.ProportionalKiB / 1024.0));
        int goal = subject == "aot" ? 100 : 1000;
        string name = subject switch
        {
            "server" => "server, as `./run` builds it",
            "published" => "server, published (ReadyToRun)",
            _ => "`samples/AotProxy`, published (Native AOT)",
        };
        text.AppendLine(
            FormattableString.Invariant(
                $"| {name} | {median:F0} ({samples.Min(s => s.Milliseconds):F0}–{samples.Max(s => s.Milliseconds):F0}) | {cpu:F0} | {resident:F0}, {proportional:F0} | under {goal} | {(median < goal ? "reached" : "**not reached**")} |"
            )
        );
    }

    private async Task<StartSample> StartAsync(string subject)
    {
        if (ProxyProcess.IsBound(false, Port))
            throw new InvalidOperationException($"port {Port} is taken");
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ProcessStartInfo start = new("taskset", ["-c", "0", .. Command(subject)])
        {
            WorkingDirectory = Path.Combine(workshop.Folder, "bin"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Parley__Listeners__0__Endpoint"] = Listener;
        start.Environment["XDG_STATE_HOME"] = Directory.CreateTempSubdirectory("parley-state-").FullName;
        long before = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        ProxyProcess.Started(process);
        try
        {
            Answer(socket, process, before);
            double elapsed = Stopwatch.GetElapsedTime(before).TotalMilliseconds,
                cpu = Usage.Of([process.Id]).CpuNanoseconds / 1e6;
            await Task.Delay(1000);
            return new StartSample(subject, elapsed, cpu, Usage.ResidentKiB([process.Id]), Usage.PssKiB([process.Id]));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            ProxyProcess.Ended(process);
        }
    }

    private static string Listener => string.Create(CultureInfo.InvariantCulture, $"udp:127.0.0.1:{Port}");

    private string[] Command(string subject) =>
        subject switch
        {
            "server" => ["dotnet", workshop.Server, "run"],
            "published" => [workshop.PublishedServer, "run"],
            _ => [workshop.AotProxy, "--listen=" + Listener],
        };

    /// <summary>Asks until it is answered. The socket is not connected: nobody there yet is no error then, only silence.</summary>
    private static void Answer(Socket socket, Process process, long before)
    {
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        byte[] answer = new byte[4096];
        for (int i = 0; ; i++)
        {
            socket.SendTo(
                Encoding.ASCII.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"OPTIONS sip:127.0.0.1:{Port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKstart{i}\r\nMax-Forwards: 70\r\nFrom: <sip:bench@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1:{Port}>\r\nCall-ID: start{i}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
                    )
                ),
                ProxyAddress
            );
            if (socket.Poll(1000, SelectMode.SelectRead))
            {
                int length = socket.Receive(answer);
                if (answer.AsSpan(0, length).StartsWith("SIP/2.0 200 "u8))
                    return;
                throw new InvalidOperationException("not answered by 200 but: " + Encoding.ASCII.GetString(answer, 0, length));
            }

            if (process.HasExited || Stopwatch.GetElapsedTime(before) > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException(
                    $"{process.StartInfo.ArgumentList[2]} does not answer: {(process.HasExited ? process.StandardError.ReadToEnd() : "30 s of silence")}"
                );
        }
    }
}

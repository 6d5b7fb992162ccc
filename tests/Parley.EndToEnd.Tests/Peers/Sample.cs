namespace Parley.EndToEnd.Tests.Peers;

/// <summary>One of the applications in samples/, as its README starts it.</summary>
internal sealed class Sample : PeerProcess
{
    private Sample(string name, string[] arguments)
        : base("dotnet", [Path.Combine(AppContext.BaseDirectory, name + ".dll"), .. arguments]) { }

    /// <summary>Starts it with a proxy port and the port of the callee; returns when it listens.</summary>
    public static async Task<Sample> StartAsync(string name, int port, int callee, params string[] arguments)
    {
        var sample = new Sample(name, [$"--listen=udp:127.0.0.1:{port}", $"--callee=sip:127.0.0.1:{callee}", .. arguments]);
        await sample.WaitForLineAsync("Listening");
        return sample;
    }
}

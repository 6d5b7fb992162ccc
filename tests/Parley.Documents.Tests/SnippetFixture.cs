using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Documents.Tests;

/// <summary>A network in memory around one snippet: a caller, the snippet's application, and a phone wherever its text sends calls.</summary>
internal sealed partial class SnippetFixture : IDisposable
{
    private readonly SimulatedServerLocator _locator = new();
    private readonly Dictionary<string, ScriptedUserAgent> _callees = new(StringComparer.Ordinal);
    private readonly CapturedLog _log = new();
    private readonly string _text;
    private ParleyApplication? _application;

    public SnippetFixture(string text)
    {
        _text = text;
        Recorder = Recorder.On(Network);
        Http = new SimulatedHttp(Network.Clock);
    }

    public SimulatedNetwork Network { get; } = new(seed: 7);

    public Recorder Recorder { get; }

    public SimulatedHttp Http { get; }

    /// <summary>The phone of each host that the text names in a SIP URI ("192.0.2.1", "gw1.example.net"); it rings and answers.</summary>
    public IReadOnlyDictionary<string, ScriptedUserAgent> Callees => _callees;

    /// <summary>What the test does once the application runs.</summary>
    public Action<SnippetFixture>? Play { get; set; }

    public ScriptedUserAgent Alice { get; private set; } = null!;

    public ScriptedUserAgent Bob { get; private set; } = null!;

    /// <summary>Where the application listens, as a host and port for URIs.</summary>
    public string Proxy { get; private set; } = "";

    public bool HasRun { get; private set; }

    /// <summary>The dialogs of the application, while it runs.</summary>
    public IDialogApi Dialogs => _application!.Services.GetRequiredService<IDialogApi>();

    /// <summary>Warnings and errors that the application logged.</summary>
    public IReadOnlyList<string> Complaints => _log.Lines;

    /// <summary>Runs a compiled program from its first line to its last; <see cref="Play"/> happens within its Run.</summary>
    public void Execute(Assembly program, params string[] arguments)
    {
        SimulatedProgram.Current = this;
        try
        {
            MethodInfo entry = program.EntryPoint!;
            object? result = entry.Invoke(null, entry.GetParameters().Length == 0 ? null : [arguments]);
            (result as Task)?.GetAwaiter().GetResult();
        }
        catch (TargetInvocationException error)
        {
            throw new InvalidOperationException($"The program failed: {error.InnerException}", error.InnerException);
        }
        finally
        {
            SimulatedProgram.Current = null;
        }
    }

    public ParleyApplicationBuilder Prepare(ParleyApplicationBuilder builder)
    {
        builder.Logging.AddProvider(_log);
        return builder.UseTimeProvider(Network.Clock).UseRandom(Network.Random).UseLocator(_locator);
    }

    public ParleyApplication Build(ParleyApplicationBuilder builder)
    {
        string[] listeners = [.. builder.Transport.Listeners.Select(Listener)];
        if (listeners.Length == 0)
            listeners = ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"];
        SimulatedTransport host = Network.AddHost("proxy", listeners);
        SipListener first = host.Listeners[0];
        Proxy = first.Local.ToString()!;
        Alice = Phone("10.0.0.1", "alice");
        Bob = Phone("10.0.0.2", "bob");
        foreach (ScriptedUserAgent phone in new[] { Alice, Bob })
        {
            phone.OutboundProxy = $"sip:{Proxy};transport={first.Protocol.ToString().ToLowerInvariant()};lr";
            phone.Protocol = first.Protocol;
            phone.Locator = _locator;
            phone.Address = $"sip:{phone.User}@{Proxy}";
        }
        foreach (SipListenerOptions named in builder.Transport.Listeners.Where(static l => l.AdvertisedHost is not null))
            _locator.Add(named.AdvertisedHost!, Listener(named).Split(" as ")[0]);
        AddCallees(listeners);
        return _application = builder.UseTransport(host).Build();
    }

    public void Run(ParleyApplication application)
    {
        HasRun = true;
        Finish(application.StartAsync());
        Play?.Invoke(this);
        Finish(application.StopAsync());
    }

    /// <summary>Lets a task end that waits for the simulated clock and for files, which take real time.</summary>
    private void Finish(Task task)
    {
        for (int i = 0; !task.IsCompleted && i < 20_000; i++)
        {
            Network.Clock.RunFor(TimeSpan.FromMilliseconds(10));
            Thread.Sleep(1);
        }
        Assert.True(task.IsCompleted, "The application neither starts nor stops.");
        task.GetAwaiter().GetResult();
    }

    /// <summary>Sends a request out of any call and waits for its end; its final status.</summary>
    public int Ask(ScriptedUserAgent phone, string method, string uri)
    {
        SentRequest sent = method == "REGISTER" ? phone.Register(uri) : phone.SendRequest(method, uri);
        Network.Clock.RunFor(TimeSpan.FromMinutes(1));
        return sent.Status;
    }

    /// <summary>Alice calls, talks for a minute when she is answered, and hangs up.</summary>
    public ScriptedCall Call(string user)
    {
        ScriptedCall call = Alice.Invite($"sip:{user}@{Proxy}");
        call.OnEstablished = static c => c.ByeAfter(TimeSpan.FromMinutes(1));
        Network.Clock.RunFor(TimeSpan.FromMinutes(10));
        return call;
    }

    public void Dispose()
    {
        Http.Dispose();
        _application?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _log.Dispose();
    }

    private static string Listener(SipListenerOptions listener)
    {
        string text = $"{listener.Protocol.ToString().ToLowerInvariant()}:{listener.EndPoint}";
        return listener.AdvertisedHost is { } name
            ? text
                + $" as {name}"
                + (listener.AdvertisedPort == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{listener.AdvertisedPort}"))
            : text;
    }

    private void AddCallees(string[] listeners)
    {
        foreach (Match uri in SipUriText().Matches(_text + " sip:127.0.0.1:5070"))
        {
            string host = uri.Groups["host"].Value;
            string port = uri.Groups["port"] is { Success: true } given ? given.Value : "5060";
            if (
                _callees.ContainsKey(host) && !char.IsAsciiDigit(host[0])
                || listeners.Any(l => l.EndsWith($":{host}:{port}", StringComparison.Ordinal))
            )
                continue;
            bool isAddress = char.IsAsciiDigit(host[0]);
            string address = isAddress ? host : $"10.9.0.{_callees.Count + 1}";
            string key = isAddress && port != "5060" ? $"{host}:{port}" : host;
            if (_callees.ContainsKey(key))
                continue;
            string[] places = [$"udp:{address}:{port}", $"tcp:{address}:{port}", $"tls:{address}:{(port == "5060" ? "5061" : port + "1")}"];
            _callees[key] = Answering(new ScriptedUserAgent(Network.AddHost(key, places), "callee"));
            if (!isAddress)
                foreach (string place in places)
                    _locator.Add(host, place);
        }
    }

    private ScriptedUserAgent Phone(string address, string user) => Answering(new ScriptedUserAgent(Network.AddHost(address), user));

    private static ScriptedUserAgent Answering(ScriptedUserAgent phone)
    {
        phone.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        phone.KeepsHistory = true;
        return phone;
    }

    [GeneratedRegex(
        @"(?:sips?:(?:[^@""\s<>]+@)?|"")(?<host>\d+\.\d+\.\d+\.\d+|(?<=sips?:[^""]*)[A-Za-z0-9.-]+\.[A-Za-z0-9]+)(?::(?<port>\d+))?"
    )]
    private static partial Regex SipUriText();
}

using System.Net;

namespace Parley.Management;

/// <summary>Messages to and from capture tools by HEP version 3 (EEP): Homer, heplify, sngrep, other proxies.</summary>
public sealed class HepOptions
{
    /// <summary>The port that HEP uses by custom.</summary>
    public const int DefaultPort = 9060;

    /// <summary>Which messages go out; may be changed at run time.</summary>
    public HepMode Mode { get; set; }

    /// <summary>Where they go, <c>udp:homer.example.com:9060</c> or <c>tcp:192.0.2.9:9060</c>; empty: nowhere.</summary>
    public string Target { get; set; } = "";

    /// <summary>The number by which the collector knows this server (chunk 0x000c).</summary>
    public uint CaptureId { get; set; } = 2001;

    /// <summary>The key that the collector asks for (chunk 0x000e); empty: none is sent.</summary>
    public string Key { get; set; } = "";

    /// <summary>How many messages wait for the collector at most, 16 or more; further ones are dropped and counted.</summary>
    public int QueueSize { get; set; } = 8_192;

    /// <summary>Of <see cref="HepMode.Selected"/>: the users whose messages go out, each a user part such as <c>+4930123</c> of From, To or the request-URI.</summary>
    public IList<string> Users { get; } = [];

    /// <summary>Where messages of others are received, for the recorder: <c>udp:127.0.0.1:9060</c>, <c>tcp:[::1]:9060</c>. Port 0 takes a free one. Places beyond loopback need <see cref="ListenKey"/>.</summary>
    public IList<string> Listen { get; } = [];

    /// <summary>The key that received packets must carry; empty: none is asked for.</summary>
    public string ListenKey { get; set; } = "";

    /// <summary>Whether a text can stand in <see cref="Target"/>.</summary>
    /// <param name="text">Such as <c>udp:homer.example.com:9060</c>.</param>
    public static bool IsTarget(string text) => HepPlace.TryParse(text, out _);

    /// <summary>Whether a text can stand in <see cref="Listen"/>.</summary>
    /// <param name="text">Such as <c>udp:127.0.0.1:9060</c>.</param>
    public static bool IsListener(string text) => HepPlace.TryParse(text, out HepPlace place) && IPAddress.TryParse(place.Host, out _);

    /// <summary>Whether a text of <see cref="Listen"/> is a place of loopback, which needs no <see cref="ListenKey"/>.</summary>
    /// <param name="text">Such as <c>udp:127.0.0.1:9060</c>.</param>
    public static bool IsLoopback(string text) =>
        HepPlace.TryParse(text, out HepPlace place)
        && IPAddress.TryParse(place.Host, out IPAddress? address)
        && IPAddress.IsLoopback(address);

    /// <exception cref="ManagementException">An option cannot be.</exception>
    internal void Check()
    {
        if (Target.Length > 0 && !(HepPlace.TryParse(Target, out HepPlace target) && target.Port != 0))
            throw new ManagementException($"Hep:Target: '{Target}' is not a place such as udp:homer.example.com:9060");
        if (Mode != HepMode.Off && Target.Length == 0)
            throw new ManagementException("Hep:Target: the mode needs a target, such as udp:homer.example.com:9060");
        if (QueueSize < 16)
            throw new ManagementException("Hep:QueueSize: 16 or more");
        foreach (string text in Listen)
        {
            if (!HepPlace.TryParse(text, out HepPlace place) || !IPAddress.TryParse(place.Host, out IPAddress? address))
                throw new ManagementException($"Hep:Listen: '{text}' is not a place such as udp:127.0.0.1:9060");
            if (!IPAddress.IsLoopback(address) && ListenKey.Length == 0)
                throw new ManagementException($"Hep:Listen: {text} is beyond loopback and needs Hep:ListenKey");
        }
    }
}

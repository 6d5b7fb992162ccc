using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>Reads the section "Parley" of an application's configuration into its builder.</summary>
internal static class ParleySection
{
    /// <summary>Dialogs and Registrar are for the application to bind to the options of those modules.</summary>
    private static readonly string[] Known =
    [
        "Listeners",
        "Tls",
        "Proxy",
        "Timers",
        "Transactions",
        "Transport",
        "Locator",
        "Routes",
        "Dialogs",
        "Registrar",
    ];

    /// <summary>Sets what the section says; its routes are the result.</summary>
    /// <exception cref="OptionsValidationException">It has mistakes.</exception>
    public static RelayRoutes Read(IConfiguration section, ParleyBuilder builder)
    {
        var mistakes = new List<string>();
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!OptionsReader.IsOneOf(child.Key, Known))
                OptionsReader.Unknown(child, Known, mistakes);
            else if (child.Value is { Length: > 0 } text)
                mistakes.Add($"{child.Path}: \"{text}\" is not allowed; give an object or a list");
        }

        OptionsReader.Read(section.GetSection("Proxy"), builder.Proxy, mistakes, "Relay");
        OptionsReader.Read(section.GetSection("Proxy:Relay"), builder.Proxy.Relay, mistakes);
        OptionsReader.Read(section.GetSection("Timers"), builder.Timers, mistakes);
        OptionsReader.Read(section.GetSection("Transactions"), builder.Transactions, mistakes);
        OptionsReader.Read(section.GetSection("Locator"), builder.Locator, mistakes);
        ReadTransport(section.GetSection("Transport"), builder.Transport, mistakes);
        ReadListeners(section, builder.Transport, mistakes);
        RelayRoutes routes = RelayRoutes.Read(section.GetSection("Routes"), mistakes);
        return mistakes.Count == 0 ? routes : throw new OptionsValidationException("Parley", typeof(ParleyBuilder), mistakes);
    }

    private static void ReadTransport(IConfigurationSection section, SipTransportOptions options, List<string> mistakes)
    {
        OptionsReader.Read(section, options, mistakes, "Streams", "Limits");
        OptionsReader.Read(section.GetSection("Streams"), options.Streams, mistakes);
        if (section.GetSection("Limits").Exists())
        {
            var limits = new SipLimits();
            OptionsReader.Read(section.GetSection("Limits"), limits, mistakes);
            options.Limits = limits;
        }
    }

    private static void ReadListeners(IConfiguration section, SipTransportOptions options, List<string> mistakes)
    {
        SipTlsOptions? tls = null;
        if (section.GetSection("Tls").Exists())
        {
            tls = new SipTlsOptions();
            OptionsReader.Read(section.GetSection("Tls"), tls, mistakes);
        }

        foreach (IConfigurationSection child in section.GetSection("Listeners").GetChildren())
        {
            // "udp:0.0.0.0:5060", or an object when there is more to say.
            string? text = child.Value ?? child["Endpoint"];
            if (!TryParse(text, child["Advertise"], out SipListenerOptions? listener))
            {
                mistakes.Add($"{child.Path}: \"{text}\" is not allowed; give a listener such as udp:192.0.2.1:5060 (udp, tcp or tls)");
                continue;
            }

            OptionsReader.Read(child, listener, mistakes, "Endpoint", "Advertise");
            if (listener.Protocol == SipProtocol.Tls)
                listener.Tls = tls;
            if (listener is { Protocol: SipProtocol.Tls, Tls: null })
                mistakes.Add($"{child.Path}: a TLS listener needs the section Tls with CertificatePath and PrivateKeyPath");
            options.Listeners.Add(listener);
        }
    }

    private static bool TryParse(
        string? text,
        string? advertised,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipListenerOptions? listener
    )
    {
        listener = null;
        if (string.IsNullOrEmpty(text))
            return false;
        try
        {
            listener = ListenerText.Parse(text, advertised);
        }
        catch (ArgumentException)
        {
            return false;
        }

        return listener.Protocol is SipProtocol.Udp or SipProtocol.Tcp or SipProtocol.Tls;
    }
}

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Parley.Transport;

namespace Parley.Management;

/// <summary>TLS of the HTTP listener: its certificate, read again when its files change, and what is asked of clients.</summary>
internal sealed class ManagementTls
{
    private readonly ManagementAccessOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly X509Certificate2Collection? _authorities;
    private readonly Lock _lock = new();
    private SslStreamCertificateContext _certificate;
    private (DateTime, DateTime) _stamp;
    private long _checked;

    /// <exception cref="ManagementException">A file cannot be used.</exception>
    public ManagementTls(ManagementAccessOptions options, TimeProvider time, ILogger log)
    {
        (_options, _time, _log) = (options, time, log);
        try
        {
            _stamp = Stamp();
            _certificate = TlsCertificateFile.Load(options.Tls);
            if (options.Certificates.Count > 0)
                _authorities = TlsCertificateFile.LoadTrusted(options.Tls);
        }
        catch (Exception error) when (IsOfFile(error))
        {
            string setting = error.Data["Setting"] is null ? "Certificate" : "Authorities";
            throw new ManagementException($"Management:Access:{setting} cannot be used: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        _checked = time.GetTimestamp();
    }

    /// <summary>Whether the certificate is one for this name: a request whose Host it is came to the right server.</summary>
    public bool IsName(string name) =>
        Volatile.Read(ref _certificate).TargetCertificate.MatchesHostname(name, allowWildcards: true, allowCommonName: false);

    /// <summary>The settings of a handshake.</summary>
    public SslServerAuthenticationOptions ForConnection(TlsHandshakeCallbackContext context)
    {
        Reload();
        var settings = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Volatile.Read(ref _certificate),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        if (_authorities is null)
            return settings;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities);
        settings.ClientCertificateRequired = true;
        settings.CertificateChainPolicy = policy;
        ConnectionContext connection = context.Connection;
        settings.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(connection, certificate, chain, errors);
        return settings;
    }

    /// <summary>A client may have none: a token will do.</summary>
    private bool IsTrusted(ConnectionContext connection, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || (certificate is null && errors == SslPolicyErrors.RemoteCertificateNotAvailable))
            return true;
        string reason = string.Join(", ", chain?.ChainStatus.Select(static status => status.Status.ToString()).Distinct() ?? []);
        AccessLog.CertificateRefused(
            _log,
            connection.RemoteEndPoint?.ToString() ?? "",
            LogText.OneLine(certificate?.Subject ?? ""),
            reason.Length > 0 ? reason : errors.ToString()
        );
        return false;
    }

    private void Reload()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_checked) < _options.Tls.ReloadInterval)
                return;
            _checked = _time.GetTimestamp();
            try
            {
                (DateTime, DateTime) stamp = Stamp();
                if (stamp == _stamp)
                    return;
                _stamp = stamp;
                Volatile.Write(ref _certificate, TlsCertificateFile.Load(_options.Tls));
                X509Certificate2 loaded = _certificate.TargetCertificate;
                AccessLog.CertificateLoaded(_log, _options.Tls.CertificatePath!, loaded.Subject, loaded.NotAfter.ToUniversalTime());
            }
            catch (Exception error) when (IsOfFile(error))
            {
                // Half written, perhaps: the next look finds it whole.
                _stamp = default;
                AccessLog.CertificateFailed(_log, _options.Tls.CertificatePath!, error.Message.ReplaceLineEndings(" "));
            }
        }
    }

    private (DateTime, DateTime) Stamp() =>
        (
            File.GetLastWriteTimeUtc(_options.Tls.CertificatePath!),
            _options.Tls.PrivateKeyPath is { } key ? File.GetLastWriteTimeUtc(key) : default
        );

    private static bool IsOfFile(Exception error) =>
        error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Parley.Transport;

/// <summary>The TLS settings of one listener, with its certificate, which is read again when its files change.</summary>
internal sealed class TlsContext
{
    private readonly SipTlsOptions _options;
    private readonly ILogger _log;
    private readonly X509Certificate2Collection? _trusted;
    private SslStreamCertificateContext? _certificate;
    private SslServerAuthenticationOptions? _forClients;
    private (DateTime, DateTime) _stamp;
    private long _checked;

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificate, or none with a key.</exception>
    public TlsContext(SipTlsOptions options, ILogger log)
    {
        _options = options;
        _log = log;
        if (options.TrustedCertificatesPath is not null)
            _trusted = TlsCertificateFile.LoadTrusted(options);
        if (options.CertificatePath is not null)
        {
            _stamp = Stamp();
            Use(TlsCertificateFile.Load(options));
        }
    }

    /// <summary>The settings for a connection that was accepted.</summary>
    public SslServerAuthenticationOptions ForClients() =>
        Volatile.Read(ref _forClients) ?? throw new AuthenticationException("The TLS listener has no certificate.");

    /// <summary>The settings for a connection of ours to a server that must prove this name or address.</summary>
    public SslClientAuthenticationOptions ForServer(string name)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateContext = Volatile.Read(ref _certificate),
            CertificateChainPolicy = Policy(),
            AllowRenegotiation = false,
        };
        if (_options.AcceptUntrustedServers)
        {
#pragma warning disable CA5359 // The operator asked for it by a setting that says so.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        return options;
    }

    /// <summary>Reads the certificate again when its files changed, or always when forced. A file that cannot be used leaves the certificate as it is.</summary>
    public bool Reload(bool force)
    {
        if (_options.CertificatePath is null)
            return true;
        try
        {
            var stamp = Stamp();
            if (!force && stamp == _stamp)
                return true;
            Use(TlsCertificateFile.Load(_options));
            _stamp = stamp;
            Log.CertificateLoaded(
                _log,
                _options.CertificatePath,
                _certificate!.TargetCertificate.Subject,
                _certificate.TargetCertificate.NotAfter
            );
            return true;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or System.Security.Cryptography.CryptographicException
                        or ArgumentException
            )
        {
            Log.CertificateFailed(_log, _options.CertificatePath, e.Message);
            return false;
        }
    }

    /// <summary>Looks at the files when their interval is over.</summary>
    public void Sweep(long now, TimeProvider time)
    {
        if (_checked != 0 && time.GetElapsedTime(_checked, now) < _options.ReloadInterval)
            return;
        _checked = now;
        Reload(force: false);
    }

    private void Use(SslStreamCertificateContext certificate)
    {
        Volatile.Write(ref _certificate, certificate);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateRequired = _options.ClientCertificates != ClientCertificates.None,
            CertificateChainPolicy = Policy(),
            AllowRenegotiation = false,
        };
        if (_options.ClientCertificates == ClientCertificates.Optional)
        {
            options.RemoteCertificateValidationCallback = static (_, certificate, _, errors) =>
                errors == SslPolicyErrors.None || (certificate is null && errors == SslPolicyErrors.RemoteCertificateNotAvailable);
        }
        Volatile.Write(ref _forClients, options);
    }

    private X509ChainPolicy? Policy()
    {
        if (_trusted is null)
            return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_trusted);
        return policy;
    }

    private (DateTime, DateTime) Stamp() =>
        (File.GetLastWriteTimeUtc(_options.CertificatePath!), _options.PrivateKeyPath is { } key ? File.GetLastWriteTimeUtc(key) : default);
}

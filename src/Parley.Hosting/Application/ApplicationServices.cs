using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Parley.Hosting;

/// <summary>The application's services. The exception for one that is missing names the call on the builder that adds it (<see cref="AddedByAttribute"/>).</summary>
internal sealed class ApplicationServices(IServiceProvider services) : IKeyedServiceProvider, ISupportRequiredService
{
    public object? GetService(Type serviceType) => services.GetService(serviceType);

    public object GetRequiredService(Type serviceType)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return services.GetService(serviceType) ?? throw Missing(serviceType, "The application");
    }

    public object? GetKeyedService(Type serviceType, object? serviceKey) =>
        ((IKeyedServiceProvider)services).GetKeyedService(serviceType, serviceKey);

    public object GetRequiredKeyedService(Type serviceType, object? serviceKey) =>
        ((IKeyedServiceProvider)services).GetRequiredKeyedService(serviceType, serviceKey);

    /// <summary>Throws when a module could only be made with a service whose call is missing.</summary>
    public static void Check(
        IServiceCollection services,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type module
    )
    {
        Type? missing = null;
        foreach (ConstructorInfo constructor in module.GetConstructors())
        {
            ParameterInfo? lacking = constructor
                .GetParameters()
                .FirstOrDefault(p =>
                    !p.HasDefaultValue
                    && p.ParameterType.IsDefined(typeof(AddedByAttribute), inherit: false)
                    && !services.Any(s => s.ServiceType == p.ParameterType)
                );
            if (lacking is null)
                return;
            missing = lacking.ParameterType;
        }

        if (missing is not null)
            throw Missing(missing, module.Name);
    }

    private static InvalidOperationException Missing(Type service, string subject) =>
        service.GetCustomAttribute<AddedByAttribute>() is { } added
            ? new($"{subject} has no {service.Name}: call builder.{added.Call}() before Build().")
            : new($"{subject} has no {service}: register it with builder.Services before Build().");
}

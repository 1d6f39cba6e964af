//! A path with the methods it answers to. What is registered and what is told about it
//! (`Allow`, the OpenAPI document's test, the label of metrics and log lines) come from
//! one list.

use actix_web::{
    FromRequest, Handler, HttpResponse, Responder, ResponseError,
    http::{
        Method,
        header::{ALLOW, HeaderValue},
    },
    web,
};

use super::problem::{Kind, Problem};

/// The pattern of the path a request went to, for metrics and log lines: never the path
/// itself, which may hold an id.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern(pub(super) &'static str);

/// A path and its handlers.
pub(super) struct Route {
    path: &'static str,
    methods: Vec<Method>,
    resource: actix_web::Resource,
}

/// A path without handlers yet.
pub(super) fn route(path: &'static str) -> Route {
    Route {
        path,
        methods: Vec::new(),
        resource: web::resource(path).app_data(Pattern(path)),
    }
}

impl Route {
    /// Answers `GET`.
    pub(super) fn get<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::GET, handler)
    }

    /// Answers `POST`.
    pub(super) fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(Method::POST, handler)
    }

    /// Answers `method`.
    pub(super) fn on<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let one = web::method(method.clone()).to(handler);
        self.resource = self.resource.route(one);
        self.methods.push(method);
        self
    }

    /// Path and methods, as registered.
    #[cfg(test)]
    pub(super) fn told(&self) -> (&'static str, &[Method]) {
        (self.path, &self.methods)
    }

    /// Ready to be registered; other methods are answered with the list of these.
    pub(super) fn done(self) -> actix_web::Resource {
        let names: Vec<&str> = self.methods.iter().map(Method::as_str).collect();
        let allow = HeaderValue::from_str(&names.join(", "));
        let allow = allow.unwrap_or_else(|_| HeaderValue::from_static(""));
        let path = self.path;
        self.resource
            .default_service(web::to(move || no_method(path, allow.clone())))
    }
}

async fn no_method(path: &'static str, allow: HeaderValue) -> HttpResponse {
    let detail = format!("{path} answers to {}", allow.to_str().unwrap_or_default());
    let mut response = Problem::new(Kind::MethodNotAllowed, detail).error_response();
    response.headers_mut().insert(ALLOW, allow);
    response
}
